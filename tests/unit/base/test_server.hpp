// Servers that say what a test tells them to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/http.hpp"

namespace rehearse::test {

// A TCP socket bound to a free port of the loopback; not listening yet, so connects are refused.
class BoundSocket {
 public:
  BoundSocket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  ~BoundSocket() { ::close(fd_); }

  void listen(int backlog = 1024) const { ::listen(fd_, backlog); }
  int fd() const { return fd_; }
  Endpoint endpoint() const { return {"127.0.0.1", port_}; }

 private:
  int fd_;
  uint16_t port_ = 0;
};

// Of one connection, piece by piece.
class TestServer {
 public:
  // Sends the pieces with a pause between them, then closes: after `linger_ms`, or once the client
  // has gone.
  explicit TestServer(std::vector<std::string> pieces, int linger_ms = 0) {
    socket_.listen();
    thread_ = std::thread([this, pieces = std::move(pieces), linger_ms] {
      const int fd = ::accept(socket_.fd(), nullptr, nullptr);
      if (fd < 0) return;
      read_request(fd);
      for (const std::string& piece : pieces) {
        ::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      pollfd gone{fd, POLLIN, 0};
      if (linger_ms > 0) ::poll(&gone, 1, linger_ms);
      ::close(fd);
    });
  }
  ~TestServer() { join(); }

  Endpoint endpoint() const { return socket_.endpoint(); }
  // What was asked; to be called once the call has ended.
  const std::string& request() {
    join();
    return request_;
  }

 private:
  void read_request(int fd) {
    char piece[4096];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
      if (got <= 0) return;
      request_.append(piece, static_cast<size_t>(got));
    }
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  BoundSocket socket_;
  std::string request_;
  std::thread thread_;
};

// A server of any number of connections: each request is answered whole, and its connection closed.
class AnsweringServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;
  explicit AnsweringServer(Answer answer) : answer_(std::move(answer)) {
    socket_.listen();
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        pollfd waited{socket_.fd(), POLLIN, 0};
        if (::poll(&waited, 1, 10) > 0) serve(::accept(socket_.fd(), nullptr, nullptr));
      }
    });
  }
  uint16_t port() const { return socket_.endpoint().port; }

 private:
  void serve(int fd) const {
    std::string request;
    char piece[4096];
    ssize_t size = 0;
    while (!is_whole(request) && (size = ::recv(fd, piece, sizeof piece, 0)) > 0)
      request.append(piece, static_cast<size_t>(size));
    const std::string answer = answer_(request);
    ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(fd);
  }
  // As far as our client goes: with a body it tells its length.
  static bool is_whole(const std::string& request) {
    constexpr std::string_view length = "Content-Length: ";
    const size_t end = request.find("\r\n\r\n"), at = request.find(length);
    if (end == std::string::npos) return false;
    const size_t body = at < end ? std::stoul(request.substr(at + length.size())) : 0;
    return request.size() >= end + 4 + body;
  }

  BoundSocket socket_;
  const Answer answer_;
  std::jthread thread_;
};

// Of an HTTP/1.1 server: "200 OK" or the like, and a body.
inline std::string http_answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

}  // namespace rehearse::test
