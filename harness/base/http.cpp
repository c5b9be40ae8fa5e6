// Plain sockets with poll: one connection, one request, one answer, every wait up to a deadline.
#include "base/http.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string_view>
#include <system_error>

#include "base/clock.hpp"
#include "base/http_parse.hpp"
#include "base/scope_exit.hpp"

namespace rehearse {

namespace {

using Outcome = std::expected<void, HttpError>;

std::string text_of(int code) {
  return std::generic_category().message(code);
}

std::unexpected<HttpError> not_sent(std::string message) {
  return std::unexpected(HttpError{HttpFailure::not_sent, std::move(message)});
}

std::unexpected<HttpError> ambiguous(std::string message) {
  return std::unexpected(HttpError{HttpFailure::ambiguous, std::move(message)});
}

// 0 when ready, ETIMEDOUT when the deadline came first, else an errno.
int wait_for(int fd, short events, int64_t deadline_ns) {
  for (;;) {
    const int64_t left_ns = deadline_ns - monotonic_ns();
    if (left_ns <= 0) return ETIMEDOUT;
    pollfd entry{fd, events, 0};
    const int64_t left_ms = std::min<int64_t>((left_ns + ns_per_ms - 1) / ns_per_ms, 60'000);
    const int ready = ::poll(&entry, 1, static_cast<int>(left_ms));
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

Outcome connect_by(int fd, const Endpoint& to, int64_t deadline_ns) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  if (::inet_pton(AF_INET, to.address.c_str(), &address.sin_addr) != 1) {
    return not_sent("not a dotted IPv4 address");
  }
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
  if (errno != EINPROGRESS) return not_sent("connect: " + text_of(errno));
  if (const int code = wait_for(fd, POLLOUT, deadline_ns); code != 0) {
    return not_sent("connect: " + text_of(code));
  }
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size);
  if (code != 0) return not_sent("connect: " + text_of(code));
  return {};
}

std::string serialized(const Endpoint& to, const HttpRequest& request) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n",
                                 request.method, request.target, to.address, to.port);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return text + "\r\n" + request.body;
}

// A line break in a method, target or header would be another header: refuse it.
bool is_clean(const HttpRequest& request) {
  const auto has_break = [](std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
  };
  if (request.method.empty() || has_break(request.method) || has_break(request.target))
    return false;
  return std::ranges::none_of(request.headers, [&](const auto& header) {
    return header.first.empty() || has_break(header.first) || has_break(header.second);
  });
}

// Repeats a step of the wire until it has moved something; its result, or why not.
std::expected<size_t, std::string> moved_by(int fd, int64_t deadline_ns,
                                            const std::function<WireStep()>& step) {
  for (;;) {
    const WireStep done = step();
    if (done.bytes >= 0) return static_cast<size_t>(done.bytes);
    if (done.wants == 0) return std::unexpected(done.error);
    if (const int code = wait_for(fd, done.wants, deadline_ns); code != 0) {
      return std::unexpected(text_of(code));
    }
  }
}

Outcome send_by(int fd, Wire& wire, std::string_view bytes, int64_t deadline_ns) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const auto put = moved_by(fd, deadline_ns, [&] { return wire.write(bytes.substr(sent)); });
    if (put) {
      sent += *put;
      continue;
    }
    // A server may answer and close before it has read everything: let the reading decide.
    if (sent > 0 && (put.error() == text_of(EPIPE) || put.error() == text_of(ECONNRESET)))
      return {};
    const std::string message = "send: " + put.error();
    return sent == 0 ? not_sent(message) : ambiguous(message);
  }
  return {};
}

std::expected<HttpResponse, HttpError> receive_by(int fd, Wire& wire, bool head_request,
                                                  int64_t deadline_ns) {
  HttpParser parser(head_request);
  char piece[64 * 1024];
  for (;;) {
    const auto got = moved_by(fd, deadline_ns, [&] { return wire.read(piece, sizeof piece); });
    if (!got) return ambiguous("answer: " + got.error());
    const auto whole =
        *got == 0 ? parser.end_of_stream() : parser.feed(std::string_view(piece, *got));
    if (!whole) return ambiguous("answer: " + whole.error());
    if (*whole) return std::move(parser.response());
  }
}

// A connected socket. Errors: not_sent.
std::expected<int, HttpError> connected(const Endpoint& to, int64_t deadline_ns) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return not_sent("socket: " + text_of(errno));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (auto done = connect_by(fd, to, deadline_ns); !done) {
    ::close(fd);
    return std::unexpected(done.error());
  }
  return fd;
}

std::expected<HttpResponse, HttpError> call(const Endpoint& to, const HttpRequest& request,
                                            int64_t connect_ms, int64_t total_ms,
                                            const TlsTrust* trust) {
  if (!is_clean(request)) return not_sent("line break in method, target or header");
  const int64_t start_ns = monotonic_ns();
  const int64_t deadline_ns = start_ns + total_ms * ns_per_ms;
  const int64_t connect_by_ns = std::min(deadline_ns, start_ns + connect_ms * ns_per_ms);
  const auto socket = connected(to, connect_by_ns);
  if (!socket) return std::unexpected(socket.error());
  const int fd = *socket;
  const ScopeExit closing([fd] { ::close(fd); });
  const auto wire = trust != nullptr ? trust->wire(fd, to.address) : plain_wire(fd);
  if (const auto ready = moved_by(fd, connect_by_ns, [&] { return wire->begin(); }); !ready) {
    return not_sent("connect: " + ready.error());
  }
  if (auto sent = send_by(fd, *wire, serialized(to, request), deadline_ns); !sent) {
    return std::unexpected(sent.error());
  }
  return receive_by(fd, *wire, request.method == "HEAD", deadline_ns);
}

}  // namespace

std::expected<HttpResponse, HttpError> http_call(const Endpoint& to, const HttpRequest& request,
                                                 int64_t connect_ms, int64_t total_ms,
                                                 const TlsTrust* trust) {
  auto response = call(to, request, connect_ms, total_ms, trust);
  if (!response) {
    HttpError& error = response.error();
    error.message = fmt::format("{} {}:{}{}: {}", request.method, to.address, to.port,
                                request.target, error.message);
  }
  return response;
}

Result<std::string> shown_serial(const Endpoint& to, int64_t total_ms) {
  const auto missed = [&to](const std::string& why) {
    return fail(ExitCode::machine,
                fmt::format("{}:{} shows no certificate: {}", to.address, to.port, why));
  };
  const int64_t deadline_ns = monotonic_ns() + total_ms * ns_per_ms;
  const auto socket = connected(to, deadline_ns);
  if (!socket) return missed(socket.error().message);
  const ScopeExit closing([fd = *socket] { ::close(fd); });
  const auto wire = TlsTrust::in_anybody()->wire(*socket, to.address);
  const auto ready = moved_by(*socket, deadline_ns, [&] { return wire->begin(); });
  if (!ready) return missed(ready.error());
  return wire->shown_serial();
}

}  // namespace rehearse
