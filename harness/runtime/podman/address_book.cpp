#include "runtime/podman/address_book.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.hpp"
#include "runtime/effects.hpp"

namespace rehearse {
namespace {

constexpr int address_bits = 32;

struct Prefix {
  uint32_t first = 0;
  int bits = address_bits;

  uint32_t mask() const { return bits == 0 ? 0 : ~uint32_t{0} << (address_bits - bits); }
  bool holds(uint32_t address) const { return (address & mask()) == first; }
};

std::optional<Prefix> parse(const std::string& text) {
  const size_t slash = text.find('/');
  in_addr address{};
  if (::inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1) return std::nullopt;
  Prefix prefix{ntohl(address.s_addr), address_bits};
  if (slash == std::string::npos) return prefix;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + slash + 1, end, prefix.bits);
  if (error != std::errc() || at != end || prefix.bits < 0 || prefix.bits > address_bits)
    return std::nullopt;
  prefix.first &= prefix.mask();
  return prefix;
}

Result<nlohmann::json> read_book(const std::string& path) {
  const auto text = read_file(path);
  if (!text)
    return fail(ExitCode::machine, "no network of ours is known here: " + text.error().message);
  auto book = nlohmann::json::parse(*text, nullptr, false);
  if (book.is_object() && book.value("nodes", nlohmann::json()).is_object()) return book;
  return fail(ExitCode::machine, fmt::format("{} is damaged: heal by `./rehearse down`", path));
}

Result<std::string> address_in(const nlohmann::json& book, const std::string& node) {
  const std::string address = book["nodes"].value(node, "");
  if (!address.empty()) return address;
  return fail(ExitCode::machine, fmt::format("the network that is up has no node {}", node));
}

}  // namespace

Result<std::string> zones_range_of(const NetworkSpec& network) {
  std::optional<Prefix> range;
  for (const auto& zone : network.zones) {
    const auto prefix = parse(zone);
    if (!prefix) return fail(ExitCode::usage, fmt::format("{} is no prefix of a zone", zone));
    if (!range) range = prefix;
    const int same = std::countl_zero(range->first ^ prefix->first);
    range->bits = std::min({range->bits, prefix->bits, same});
    range->first &= range->mask();
  }
  if (!range) return fail(ExitCode::usage, "the stack has no zones");
  in_addr first{htonl(range->first)};
  char text[INET_ADDRSTRLEN];
  const std::string name =
      fmt::format("{}/{}", ::inet_ntop(AF_INET, &first, text, sizeof text), range->bits);
  const auto control = parse(network.control_address);
  if (control && !range->holds(control->first)) return name;
  return fail(ExitCode::usage, fmt::format("the control address {} lies within {}, the smallest "
                                           "range that all zones are in: faults would cut it off",
                                           network.control_address, name));
}

Status AddressBook::write(const NetworkSpec& network) const {
  const auto range = zones_range_of(network);
  if (!range) return std::unexpected(range.error());
  nlohmann::json book = {{"zones_range", *range}, {"nodes", nlohmann::json::object()}};
  for (const auto& node : network.nodes) book["nodes"][node.name] = node.address;
  if (auto made = make_directories(std::filesystem::path(path_).parent_path()); !made) return made;
  return write_file_atomically(path_, book.dump(1) + "\n");
}

Status AddressBook::remove() const {
  std::error_code error;
  std::filesystem::remove(path_, error);
  if (!error) return {};
  return fail(ExitCode::machine, fmt::format("cannot remove {}: {}", path_, error.message()));
}

Result<std::string> AddressBook::zones_range() const {
  const auto book = read_book(path_);
  if (!book) return std::unexpected(book.error());
  return book->value("zones_range", "");
}

Result<std::string> AddressBook::address_of(const std::string& node) const {
  const auto book = read_book(path_);
  if (!book) return std::unexpected(book.error());
  return address_in(*book, node);
}

Result<std::vector<std::string>> AddressBook::ranges_of(
    const std::vector<std::string>& peers) const {
  std::vector<std::string> ranges;
  for (const auto& peer : peers) {
    if (parse(peer)) {
      ranges.push_back(peer);
      continue;
    }
    const auto range = peer == everyone ? zones_range() : address_of(peer);
    if (!range) return std::unexpected(range.error());
    ranges.push_back(*range);
  }
  return ranges;
}

std::map<std::string, std::string> AddressBook::peers() const {
  const auto book = read_book(path_);
  if (!book) return {};
  std::map<std::string, std::string> peers{{book->value("zones_range", ""), everyone}};
  for (const auto& [node, address] : (*book)["nodes"].items())
    if (address.is_string()) peers[address.get<std::string>()] = node;
  return peers;
}

}  // namespace rehearse
