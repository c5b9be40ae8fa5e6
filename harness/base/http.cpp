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

Outcome send_by(int fd, std::string_view bytes, int64_t deadline_ns) {
  size_t sent = 0;
  const auto failed = [&sent](int code) {
    const std::string message = "send: " + text_of(code);
    return sent == 0 ? not_sent(message) : ambiguous(message);
  };
  while (sent < bytes.size()) {
    const ssize_t put = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (put > 0) {
      sent += static_cast<size_t>(put);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const int code = wait_for(fd, POLLOUT, deadline_ns); code != 0) return failed(code);
    } else if (errno != EINTR) {
      // A server may answer and close before it has read everything: let the reading decide.
      if (sent > 0 && (errno == EPIPE || errno == ECONNRESET)) return {};
      return failed(errno);
    }
  }
  return {};
}

std::expected<HttpResponse, HttpError> receive_by(int fd, bool head_request, int64_t deadline_ns) {
  HttpParser parser(head_request);
  char piece[64 * 1024];
  for (;;) {
    if (const int code = wait_for(fd, POLLIN, deadline_ns); code != 0) {
      return ambiguous("answer: " + text_of(code));
    }
    const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (got < 0) return ambiguous("answer: " + text_of(errno));
    const auto whole = got == 0 ? parser.end_of_stream()
                                : parser.feed(std::string_view(piece, static_cast<size_t>(got)));
    if (!whole) return ambiguous("answer: " + whole.error());
    if (*whole) return std::move(parser.response());
  }
}

std::expected<HttpResponse, HttpError> call(const Endpoint& to, const HttpRequest& request,
                                            int64_t connect_ms, int64_t total_ms) {
  if (!is_clean(request)) return not_sent("line break in method, target or header");
  const int64_t start_ns = monotonic_ns();
  const int64_t deadline_ns = start_ns + total_ms * ns_per_ms;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return not_sent("socket: " + text_of(errno));
  const ScopeExit closing([fd] { ::close(fd); });
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int64_t connect_by_ns = std::min(deadline_ns, start_ns + connect_ms * ns_per_ms);
  if (auto connected = connect_by(fd, to, connect_by_ns); !connected) {
    return std::unexpected(connected.error());
  }
  if (auto sent = send_by(fd, serialized(to, request), deadline_ns); !sent) {
    return std::unexpected(sent.error());
  }
  return receive_by(fd, request.method == "HEAD", deadline_ns);
}

}  // namespace

std::expected<HttpResponse, HttpError> http_call(const Endpoint& to, const HttpRequest& request,
                                                 int64_t connect_ms, int64_t total_ms) {
  auto response = call(to, request, connect_ms, total_ms);
  if (!response) {
    HttpError& error = response.error();
    error.message = fmt::format("{} {}:{}{}: {}", request.method, to.address, to.port,
                                request.target, error.message);
  }
  return response;
}

}  // namespace rehearse
