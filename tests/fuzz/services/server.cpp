#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "services/service.hpp"

namespace casino::fuzz {

namespace {

// The real server; an input's body is what is sent, byte by byte.
class Server final : public Target {
 public:
  Server() {
    server_ = std::move(
        HttpServer::listen({.address = "127.0.0.1", .port = 0}, [this](const Request& request,
                                                                       const Reply& reply) {
          reply(handled(request));
        }).value());
    running_ = std::jthread([this] { server_->run(); });
  }
  ~Server() override {
    server_->stop();
    running_.join();
  }

  Outcome take(const Request& request) override {
    const std::string answer = exchange(request.body);
    Outcome outcome;
    constexpr std::string_view line = "HTTP/1.1 ";
    if (answer.empty()) return outcome;  // hung up on, as who sends a half of a request is
    if (!answer.starts_with(line) || answer.size() < line.size() + 3) {
      outcome.wrong = "an answer that is no HTTP: " + answer.substr(0, 100);
      return outcome;
    }
    outcome.status = std::atoi(answer.c_str() + line.size());
    outcome.accepted = is_2xx(outcome.status);
    const std::scoped_lock lock(mutex_);
    outcome.wrong = wrong_;
    return outcome;
  }

 private:
  Response handled(const Request& request) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const std::scoped_lock lock(mutex_);
    if (request.body.size() > 64 * 1024) wrong_ = "a handler got more than 64 KiB";
    for (const auto& [name, value] : request.headers)
      if (std::ranges::any_of(name, is_upper)) wrong_ = "a header's name in upper case";
    request.parameter("day");
    const bool known = request.path == "/v1/echo" || request.path == "/status";
    return known ? Response{200, R"({"role":"fuzz","n":1})", {}}
                 : Response{404, R"({"error":"not_found"})", {}};
  }

  std::string exchange(const std::string& bytes) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server_->port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      ::close(fd);
      throw std::runtime_error("the server does not accept any more");
    }
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;  // it has heard enough
      at += static_cast<size_t>(sent);
    }
    ::shutdown(fd, SHUT_WR);
    std::string answer;
    char piece[4096];
    for (ssize_t got; (got = ::recv(fd, piece, sizeof piece, 0)) > 0;)
      answer.append(piece, static_cast<size_t>(got));
    ::close(fd);
    return answer;
  }

  std::mutex mutex_;
  std::string wrong_;
  std::unique_ptr<HttpServer> server_;
  std::jthread running_;
};

}  // namespace

Surface server_surface() {
  const auto raw = [](const std::string& bytes) { return Request{"", "", "", {}, bytes}; };
  const std::string head = "POST /v1/echo?day=%31+2 HTTP/1.1\r\nHost: a\r\n";
  const std::string whole = head + "Content-Length: 2\r\n\r\n{}";
  return service<Server>(
      "common/http_server",
      {raw("GET /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n"), raw(whole), raw(whole + whole + whole),
       raw(head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
       raw(head + "Connection: close\r\nContent-Length: 2\r\n\r\n{}"),
       raw("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
       raw(head + "Content-Length: 65536\r\n\r\n" + std::string(65'536, 'a'))},
      {raw(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
       raw(head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
       raw(head + "Content-Length: -1\r\n\r\n"), raw(head + "Content-Length: 99\r\n\r\n{}"),
       raw(head + "Content-Length: 18446744073709551616\r\n\r\n{}"),
       raw(head + "Content-Length: 65537\r\n\r\n" + std::string(65'537, 'a')),
       raw(head + "X: " + std::string(70'000, 'a') + "\r\n\r\n"),
       raw("GET /v1/echo\0 HTTP/1.1\r\n\r\n"), raw(std::string("\0\0\0\0", 4)),
       raw("GET /v1/echo HTTP/1.1\r\n\r")});
}

}  // namespace casino::fuzz
