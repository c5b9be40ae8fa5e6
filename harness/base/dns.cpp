#include "base/dns.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/scope_exit.hpp"

namespace rehearse {

namespace {

constexpr size_t header_bytes = 12, label_max = 63, name_max = 253, packet_max = 1232;
constexpr uint16_t type_a = 1, class_in = 1, recursion_desired = 0x0100, is_answer = 0x8000;

void put(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

// Reads a packet from front to back; after a read beyond its end it is broken for good.
class Packet {
 public:
  explicit Packet(std::string_view bytes) : bytes_(bytes) {}

  uint32_t number(size_t width) {
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i) value = value << 8 | byte();
    return value;
  }
  // A name is passed over: a pointer ends it, and nobody needs what it says.
  void name() {
    while (!broken_) {
      const uint8_t length = byte();
      if (length == 0) return;
      if (length >= 0xc0) return static_cast<void>(byte());
      skip(length);
    }
  }
  void skip(size_t count) {
    broken_ |= count > bytes_.size() - at_;
    if (!broken_) at_ += count;
  }
  bool broken() const { return broken_; }

 private:
  uint8_t byte() {
    broken_ |= at_ >= bytes_.size();
    return broken_ ? 0 : static_cast<uint8_t>(bytes_[at_++]);
  }
  std::string_view bytes_;
  size_t at_ = 0;
  bool broken_ = false;
};

std::unexpected<Error> no_answer(std::string_view why) {
  return fail(ExitCode::machine, fmt::format("dns: {}", why));
}

}  // namespace

Result<std::string> dns_question(uint16_t id, std::string_view name) {
  std::string packet;
  for (const uint16_t word :
       {id, recursion_desired, uint16_t{1}, uint16_t{0}, uint16_t{0}, uint16_t{0}})
    put(packet, word);
  if (name.empty() || name.size() > name_max) return fail(ExitCode::usage, "dns: no name");
  for (size_t at = 0; at <= name.size();) {
    const size_t dot = std::min(name.find('.', at), name.size());
    const size_t length = dot - at;
    if (length == 0 || length > label_max)
      return fail(ExitCode::usage, fmt::format("dns: {} is not a name", name));
    packet += static_cast<char>(length);
    packet += name.substr(at, length);
    at = dot + 1;
  }
  packet += '\0';
  put(packet, type_a);
  put(packet, class_in);
  return packet;
}

Result<DnsAnswer> read_dns_answer(uint16_t id, std::string_view bytes) {
  Packet packet(bytes);
  if (bytes.size() < header_bytes || packet.number(2) != id) return no_answer("another answer");
  const uint32_t flags = packet.number(2);
  if ((flags & is_answer) == 0) return no_answer("not an answer");
  const uint32_t questions = packet.number(2), answers = packet.number(2);
  packet.skip(4);
  DnsAnswer answer;
  answer.rcode = static_cast<int>(flags & 0xf);
  for (uint32_t i = 0; i < questions && !packet.broken(); ++i) {
    packet.name();
    packet.skip(4);
  }
  for (uint32_t i = 0; i < answers && !packet.broken(); ++i) {
    packet.name();
    const uint32_t type = packet.number(2), of_class = packet.number(2);
    const int64_t ttl_s = packet.number(4);
    const uint32_t length = packet.number(2);
    if (type != type_a || of_class != class_in || length != 4) {
      packet.skip(length);
      continue;
    }
    const uint32_t address = packet.number(4);
    answer.ttl_s = answer.addresses.empty() ? ttl_s : std::min(answer.ttl_s, ttl_s);
    answer.addresses.push_back(fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 0xff,
                                           address >> 8 & 0xff, address & 0xff));
  }
  if (packet.broken()) return no_answer("an answer cut short");
  return answer;
}

Result<DnsAnswer> ask_dns(const Endpoint& server, std::string_view name, int64_t timeout_ms) {
  // Whoever asks next must not take a late answer to this question for his own.
  const auto id = static_cast<uint16_t>(monotonic_ns() / 1'000);
  const auto question = dns_question(id, name);
  if (!question) return std::unexpected(question.error());
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.port);
  if (::inet_pton(AF_INET, server.address.c_str(), &to.sin_addr) != 1)
    return no_answer("not a dotted IPv4 address");
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return no_answer("no socket");
  const ScopeExit closing([fd] { ::close(fd); });
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
      ::send(fd, question->data(), question->size(), MSG_NOSIGNAL) < 0)
    return no_answer("cannot be sent");
  const int64_t deadline_ns = monotonic_ns() + timeout_ms * ns_per_ms;
  char bytes[packet_max];
  for (;;) {
    const int64_t left_ms = (deadline_ns - monotonic_ns()) / ns_per_ms;
    pollfd entry{fd, POLLIN, 0};
    if (left_ms <= 0 || ::poll(&entry, 1, static_cast<int>(left_ms)) <= 0)
      return no_answer(fmt::format("no answer of {} in {} ms", server.address, timeout_ms));
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got < 0) return no_answer(fmt::format("{} refuses", server.address));
    if (auto answer = read_dns_answer(id, {bytes, static_cast<size_t>(got)})) return answer;
  }
}

}  // namespace rehearse
