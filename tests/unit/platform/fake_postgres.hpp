// A server that speaks just enough of PostgreSQL's protocol (version 3) to be connected to, to
// refuse, and to answer each statement with one text or one SQLSTATE. On an address of the loopback
// of its own, port 5432.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace rehearse::test {

class FakePostgres {
 public:
  // A text, or the SQLSTATE of an error.
  using Answer = std::expected<std::string, std::string>;

  FakePostgres() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    static int count = 0;
    const int pid = ::getpid();
    address_ = fmt::format("127.{}.{}.{}", 64 + ++count % 128, pid >> 8 & 255, pid & 255);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(5432);
    ::inet_pton(AF_INET, address_.c_str(), &to.sin_addr);
    const int yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
        ::listen(socket_, 128) != 0)
      throw std::runtime_error("cannot listen on " + address_);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~FakePostgres() {
    thread_.request_stop();
    thread_.join();
    for (const auto& [fd, client] : clients_) ::close(fd);
    ::close(socket_);
  }

  const std::string& address() const { return address_; }
  void answer_by(std::function<Answer(const std::string& statement)> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  // From now on an answer's text is one row of columns, which are split by bars; none is no row.
  void answer_rows() {
    const std::lock_guard lock(mutex_);
    rows_ = true;
  }
  // Connections beyond this many are refused with that SQLSTATE.
  void refuse_beyond(size_t connections, const std::string& sqlstate) {
    const std::lock_guard lock(mutex_);
    connections_max_ = connections;
    refusal_ = sqlstate;
  }
  size_t connections() {
    const std::lock_guard lock(mutex_);
    return names_.size();
  }
  std::vector<std::string> statements() {
    const std::lock_guard lock(mutex_);
    return statements_;
  }
  // application_name of each connection that is open.
  std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& [fd, name] : names_) all.push_back(name);
    return all;
  }

 private:
  struct Client {
    bool started = false;
    std::map<std::string, std::string> prepared;  // statements, by name
    std::string bound;                            // the one that is executed next
    std::string received;
  };

  static std::string int32(uint32_t value) {
    value = htonl(value);
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
  static std::string int16(uint16_t value) {
    value = htons(value);
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
  static std::string message(char type, const std::string& body) {
    return type + int32(static_cast<uint32_t>(body.size() + 4)) + body;
  }
  static std::string text(const std::string& value) { return value + '\0'; }
  static std::string error(const std::string& severity, const std::string& sqlstate) {
    return message('E', "S" + text(severity) + "V" + text(severity) + "C" + text(sqlstate) + "M" +
                            text("refused by the test") + '\0');
  }
  static std::string ready() { return message('Z', "I"); }
  static std::string row(const std::string& line, bool split) {
    if (split && line.empty()) return message('C', text("SELECT 0"));
    std::string names, values;
    uint16_t count = 0;
    for (size_t at = 0; at <= line.size(); ++count) {
      const size_t end = split ? std::min(line.find('|', at), line.size()) : line.size();
      const std::string value = line.substr(at, end - at);
      names += text("x") + int32(0) + int16(0) + int32(25) + int16(0xFFFF) + int32(0xFFFFFFFF) +
               int16(0);
      values += int32(static_cast<uint32_t>(value.size())) + value;
      at = end + 1;
    }
    return message('T', int16(count) + names) + message('D', int16(count) + values) +
           message('C', text("SELECT 1"));
  }
  static std::string parameter(const std::string& name, const std::string& value) {
    return message('S', text(name) + text(value));
  }

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> waited = {{socket_, POLLIN, 0}};
      for (const auto& [fd, client] : clients_) waited.push_back({fd, POLLIN, 0});
      if (::poll(waited.data(), waited.size(), 10) <= 0) continue;
      for (size_t i = 1; i < waited.size(); ++i)
        if (waited[i].revents != 0 && !hear(waited[i].fd)) drop(waited[i].fd);
      if (waited[0].revents != 0) clients_[::accept(socket_, nullptr, nullptr)] = {};
    }
  }
  void drop(int fd) {
    clients_.erase(fd);
    ::close(fd);
    const std::lock_guard lock(mutex_);
    names_.erase(fd);
  }
  // False once the connection is over.
  bool hear(int fd) {
    Client& client = clients_[fd];
    char piece[4096];
    const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
    if (got <= 0) return false;
    client.received.append(piece, static_cast<size_t>(got));
    while (true) {
      const size_t head = client.started ? 1 : 0;
      if (client.received.size() < head + 4) return true;
      uint32_t length = 0;
      client.received.copy(reinterpret_cast<char*>(&length), 4, head);
      const size_t whole = head + ntohl(length);
      if (client.received.size() < whole) return true;
      const std::string body = client.received.substr(head + 4, whole - head - 4);
      const char type = client.started ? client.received[0] : '\0';
      client.received.erase(0, whole);
      const std::string reply = client.started ? replied(client, type, body) : started(fd, body);
      ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
      if (type == 'X' || (!client.started && reply[0] == 'E')) return false;
      client.started = true;
    }
  }
  std::string started(int fd, const std::string& body) {
    const std::string key = std::string("application_name") + '\0';
    const size_t at = body.find(key);
    const std::lock_guard lock(mutex_);
    if (names_.size() >= connections_max_) return error("FATAL", refusal_);
    names_[fd] = at == std::string::npos ? "" : body.substr(at + key.size()).c_str();
    return message('R', int32(0)) + parameter("server_version", "15.0") +
           parameter("default_transaction_read_only", "off") + parameter("in_hot_standby", "off") +
           ready();
  }
  std::string replied(Client& client, char type, const std::string& body) {
    const std::string name = body.c_str();
    switch (type) {
      case 'Q':
        return executed(body.c_str()) + ready();
      case 'P':
        client.prepared[name] = body.c_str() + name.size() + 1;
        return message('1', "");
      case 'B':  // to a portal without a name
        client.bound = client.prepared[body.c_str() + name.size() + 1];
        return message('2', "");
      case 'E':
        return executed(client.bound);
      case 'S':
        return ready();
      default:
        return "";
    }
  }
  std::string executed(const std::string& statement) {
    bool rows = false;
    std::function<Answer(const std::string&)> answer;
    {
      const std::lock_guard lock(mutex_);
      statements_.push_back(statement);
      answer = answer_;
      rows = rows_;
    }
    if (!answer) return message('C', text("OK"));
    const Answer said = answer(statement);
    return said ? row(*said, rows) : error("ERROR", said.error());
  }

  const int socket_;
  std::string address_;
  std::map<int, Client> clients_;  // of the server's thread
  std::mutex mutex_;
  std::function<Answer(const std::string&)> answer_;
  bool rows_ = false;
  size_t connections_max_ = 1'000;
  std::string refusal_;
  std::map<int, std::string> names_;
  std::vector<std::string> statements_;
  std::jthread thread_;
};

}  // namespace rehearse::test
