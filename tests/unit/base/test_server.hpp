// A server of one connection that says what a test tells it to, piece by piece.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
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

class TestServer {
 public:
  // Sends the pieces with a pause between them, then waits `linger_ms` and closes.
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
      std::this_thread::sleep_for(std::chrono::milliseconds(linger_ms));
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

}  // namespace rehearse::test
