#include "stack/technologies/kafka_quorum.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/scope_exit.hpp"

namespace rehearse {
namespace {

constexpr std::string_view metadata_topic = "__cluster_metadata";
constexpr size_t answer_bytes_max = 64 * 1024;

void put(std::string& out, int64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

// Reads fields one after another; once it has run out, everything is 0 and `short_` is told.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  int64_t integer(int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | byte();
    const int unused = 64 - 8 * bytes;
    return static_cast<int64_t>(value << unused) >> unused;
  }
  // An unsigned number of seven bits a byte; lengths are one more than they say, 0 is null.
  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const uint8_t next = byte();
      value |= static_cast<uint64_t>(next & 0x7f) << shift;
      if ((next & 0x80) == 0) break;
    }
    return value;
  }
  void skip(uint64_t bytes) {
    short_ = short_ || bytes > rest_.size();
    rest_.remove_prefix(std::min<uint64_t>(bytes, rest_.size()));
  }
  void skip_tags() {
    for (uint64_t count = number(); count > 0 && !short_; --count) {
      number();
      skip(number());
    }
  }
  bool ran_out() const { return short_; }

 private:
  uint8_t byte() {
    if (rest_.empty()) {
      short_ = true;
      return 0;
    }
    const auto first = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }

  std::string_view rest_;
  bool short_ = false;
};

// True: ready before the deadline.
bool wait_for(int fd, short events, int64_t deadline_ns) {
  const int64_t left_ms = (deadline_ns - monotonic_ns()) / ns_per_ms;
  pollfd wanted{fd, events, 0};
  return left_ms > 0 && ::poll(&wanted, 1, static_cast<int>(left_ms)) == 1;
}

bool connect_to(int fd, const Endpoint& to, int64_t deadline_ns) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  if (::inet_pton(AF_INET, to.address.c_str(), &address.sin_addr) != 1) return false;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
  if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, deadline_ns)) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

// That many bytes more; empty: they did not come.
std::string receive(int fd, size_t bytes, int64_t deadline_ns) {
  std::string got(bytes, '\0');
  for (size_t at = 0; at < bytes;) {
    if (!wait_for(fd, POLLIN, deadline_ns)) return "";
    const ssize_t length = ::recv(fd, got.data() + at, bytes - at, 0);
    if (length <= 0) return "";
    at += static_cast<size_t>(length);
  }
  return got;
}

}  // namespace

std::string quorum_request() {
  std::string body;
  put(body, 55, 2);  // DescribeQuorum
  put(body, 0, 2);   // version
  put(body, 1, 4);   // correlation
  put(body, 8, 2);   // client
  body += "rehearse";
  put(body, 0, 1);  // no tags
  put(body, 2, 1);  // one topic
  put(body, static_cast<int64_t>(metadata_topic.size()) + 1, 1);
  body += metadata_topic;
  put(body, 2, 1);  // one partition
  put(body, 0, 4);  // number 0
  put(body, 0, 3);  // no tags: of partition, topic, request
  std::string request;
  put(request, static_cast<int64_t>(body.size()), 4);
  return request + body;
}

std::optional<int32_t> quorum_leader_of(std::string_view answer) {
  Fields fields(answer);
  fields.integer(4);  // correlation
  fields.skip_tags();
  if (fields.integer(2) != 0) return std::nullopt;  // error
  if (fields.number() != 2) return std::nullopt;    // topics: one
  fields.skip(fields.number() - 1);                 // its name
  if (fields.number() != 2) return std::nullopt;    // partitions: one
  fields.integer(4);                                // its number
  if (fields.integer(2) != 0) return std::nullopt;  // error
  const int64_t leader = fields.integer(4);
  if (fields.ran_out() || leader < 0) return std::nullopt;
  return static_cast<int32_t>(leader);
}

std::optional<int32_t> ask_quorum_leader(const Endpoint& broker, int64_t deadline_ms) {
  const int64_t deadline_ns = monotonic_ns() + deadline_ms * ns_per_ms;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return std::nullopt;
  const ScopeExit close_it([fd] { ::close(fd); });
  if (!connect_to(fd, broker, deadline_ns)) return std::nullopt;
  const std::string request = quorum_request();
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return std::nullopt;
  const std::string length = receive(fd, 4, deadline_ns);
  if (length.empty()) return std::nullopt;
  const auto bytes = static_cast<size_t>(Fields(length).integer(4));
  if (bytes > answer_bytes_max) return std::nullopt;
  const std::string answer = receive(fd, bytes, deadline_ns);
  return quorum_leader_of(answer);
}

}  // namespace rehearse
