#include "tests/unit/load/fake_casino.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

namespace rehearse::test {

namespace {

std::string between(const std::string& text, const std::string& from, char to) {
  const size_t start = text.find(from);
  if (start == std::string::npos) return {};
  const size_t begin = start + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

// The first whole request of the input, taken from it.
std::optional<Asked> next_request(std::string& input) {
  const size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::string head = input.substr(0, end);
  const std::string length = between(head, "Content-Length: ", '\r');
  const size_t size = end + 4 + (length.empty() ? 0 : std::stoul(length));
  if (input.size() < size) return std::nullopt;
  Asked asked;
  asked.method = head.substr(0, head.find(' '));
  asked.target = between(head, " ", ' ');
  asked.head = head;
  asked.body = input.substr(end + 4, size - end - 4);
  asked.key = between(asked.body, "\"key\":\"", '"');
  if (asked.method == "GET") asked.key = asked.target.substr(asked.target.rfind('/') + 1);
  input.erase(0, size);
  return asked;
}

}  // namespace

FakeCasino::FakeCasino(Intercept intercept) : intercept_(std::move(intercept)) {
  socket_.listen();
  if (::pipe2(stop_, O_CLOEXEC) != 0) std::abort();
  thread_ = std::thread([this] { serve(); });
}

FakeCasino::~FakeCasino() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
}

std::vector<Asked> FakeCasino::asked() const {
  const std::lock_guard lock(asking_);
  return asked_;
}

void FakeCasino::serve() {
  std::vector<Connection> connections;
  for (;;) {
    std::vector<pollfd> polled = {{stop_[0], POLLIN, 0}, {socket_.fd(), POLLIN, 0}};
    for (const Connection& connection : connections) polled.push_back({connection.fd, POLLIN, 0});
    ::poll(polled.data(), polled.size(), -1);
    if (polled[0].revents != 0) break;
    for (size_t i = connections.size(); i-- > 0;) {
      if (polled[i + 2].revents == 0 || read_from(connections[i])) continue;
      ::close(connections[i].fd);
      connections.erase(connections.begin() + static_cast<ptrdiff_t>(i));
    }
    if (polled[1].revents == 0) continue;
    const int fd = ::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) connections.push_back({fd, {}, false});
  }
  for (const Connection& connection : connections) ::close(connection.fd);
}

// False: the connection is to be closed.
bool FakeCasino::read_from(Connection& connection) {
  char piece[16 * 1024];
  const ssize_t got = ::recv(connection.fd, piece, sizeof piece, 0);
  if (got <= 0) return false;
  connection.input.append(piece, static_cast<size_t>(got));
  while (auto asked = next_request(connection.input)) {
    {
      const std::lock_guard lock(asking_);
      asked->count = ++counts_[asked->target + " " + asked->key];
      asked_.push_back(*asked);
    }
    if (!answer(connection, *asked)) return false;
  }
  return true;
}

bool FakeCasino::answer(Connection& connection, const Asked& asked) {
  std::optional<Reply> reply;
  if (intercept_) reply = intercept_(asked, [this, &asked] { act(asked); });
  if (!reply) reply = act(asked);
  if (reply->how == Reply::How::close) return false;
  if (reply->how == Reply::How::hang) return true;
  const std::string text =
      fmt::format("HTTP/1.1 {} X\r\n{}Content-Length: {}\r\n\r\n{}", reply->status, reply->headers,
                  reply->body.size(), reply->body);
  return ::send(connection.fd, text.data(), text.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

Reply FakeCasino::act(const Asked& asked) {
  if (asked.method == "GET" && asked.target.starts_with("/v1/payments/")) {
    const char* state = ++looks_[asked.key] >= 2 ? "settled" : "pending";
    return {Reply::How::answer, 200,
            fmt::format(R"({{"payment":"{}","state":"{}","amount_minor":5}})", asked.key, state)};
  }
  if (asked.target.starts_with("/v1/rounds/")) {
    const char* state = ++looks_[asked.key] >= 2 ? "settled" : "open";
    return {Reply::How::answer, 200,
            fmt::format(R"({{"round":"{}","state":"{}","returned_minor":40}})", asked.key, state)};
  }
  if (asked.method == "GET") {
    return {Reply::How::answer, 200,
            R"({"outcome":"ok","balance_minor":1000,"version":3,"epoch":2,"timeline":1})"};
  }
  const auto known = remembered_.find(asked.key);
  if (known != remembered_.end()) {
    Reply replayed = known->second;
    replayed.body.pop_back();
    replayed.body += R"(,"replay":true})";
    return replayed;
  }
  const std::string amount = between(asked.body, "\"amount_minor\":", '}');
  const std::string body =
      fmt::format(R"({{"outcome":"ok","key":"{}","seq":{},"amount_minor":{},"balance_minor":900,)"
                  R"("version":7,"epoch":2,"timeline":1}})",
                  asked.key, ++seq_, amount.empty() ? "0" : amount.substr(0, amount.find(',')));
  const int status = asked.target == "/v1/payments" ? 202 : 200;
  return remembered_[asked.key] = {Reply::How::answer, status, body};
}

}  // namespace rehearse::test
