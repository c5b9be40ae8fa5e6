#include "undo/knobs.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace rehearse {
namespace {

struct Range {
  uint32_t first = 0, last = 0;
  bool prefix = false;
};

std::vector<Range> ranges_of(const std::string& detail) {
  std::vector<Range> ranges;
  for (const auto& text : cut_ranges(detail)) {
    const size_t slash = text.find('/');
    in_addr address{};
    if (::inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) == 1) {
      const bool prefix = slash != std::string::npos;
      const int bits = prefix ? std::clamp(std::atoi(text.c_str() + slash + 1), 0, 32) : 32;
      const auto rest = static_cast<uint32_t>((uint64_t{1} << (32 - bits)) - 1);
      const uint32_t first = ntohl(address.s_addr) & ~rest;
      ranges.push_back({first, first | rest, prefix});
    }
  }
  return ranges;
}

// An address within a prefix is a knob of its own: the runtime keeps them apart.
bool overlap(const std::string& one, const std::string& other) {
  const auto mine = ranges_of(one), theirs = ranges_of(other);
  return std::ranges::any_of(mine, [&](const Range& a) {
    return std::ranges::any_of(theirs, [&](const Range& b) {
      return a.prefix == b.prefix && a.first <= b.last && b.first <= a.last;
    });
  });
}

// Whoever is frozen cannot be killed, and who is dead cannot be frozen: one knob.
std::string_view knob_of(const UndoStep& step) {
  return step.action == "unpause" ? "start" : std::string_view(step.action);
}

}  // namespace

std::vector<std::string> cut_ranges(const std::string& detail) {
  std::vector<std::string> ranges;
  for (size_t at = 0; at < detail.size();) {
    const size_t end = std::min(detail.find(',', at), detail.size());
    ranges.push_back(detail.substr(at, end - at));
    at = end + 1;
  }
  return ranges;
}

std::optional<std::string> shared_knob(const std::vector<UndoStep>& one,
                                       const std::vector<UndoStep>& other) {
  for (const auto& mine : one)
    for (const auto& theirs : other) {
      if (knob_of(mine) != knob_of(theirs)) continue;
      const bool same = mine.action == "uncut" ? overlap(mine.detail, theirs.detail)
                                               : mine.detail == theirs.detail;
      if (!same) continue;
      for (const auto& node : mine.nodes)
        if (std::ranges::find(theirs.nodes, node) != theirs.nodes.end())
          return fmt::format("{} of {}", mine.action, node);
    }
  return std::nullopt;
}

}  // namespace rehearse
