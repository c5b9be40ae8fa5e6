#include "undo/knobs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rehearse {
namespace {

// Everyone is a knob apart from single peers: the runtime keeps them apart.
bool have_a_peer_in_common(const std::string& one, const std::string& other) {
  const auto mine = peers_in(one), theirs = peers_in(other);
  return std::ranges::find_first_of(mine, theirs) != mine.end();
}

// Whoever is frozen cannot be killed, who is dead cannot be frozen, and a stopped process is
// neither: whether a node runs is one knob.
bool is_of_running(const UndoStep& step) {
  return step.action == "unpause" || step.action == "continue" || step.action == "start";
}

bool turn_the_same(const UndoStep& mine, const UndoStep& theirs) {
  if (is_of_running(mine)) return is_of_running(theirs);
  if (mine.action != theirs.action) return false;
  return mine.action == "uncut" ? have_a_peer_in_common(mine.detail, theirs.detail)
                                : mine.detail == theirs.detail;
}

}  // namespace

std::vector<std::string> peers_in(const std::string& detail) {
  std::vector<std::string> peers;
  for (size_t at = 0; at < detail.size();) {
    const size_t end = std::min(detail.find(',', at), detail.size());
    peers.push_back(detail.substr(at, end - at));
    at = end + 1;
  }
  return peers;
}

std::optional<std::string> shared_knob(const std::vector<UndoStep>& one,
                                       const std::vector<UndoStep>& other) {
  for (const auto& mine : one)
    for (const auto& theirs : other) {
      if (!turn_the_same(mine, theirs)) continue;
      for (const auto& node : mine.nodes)
        if (std::ranges::find(theirs.nodes, node) != theirs.nodes.end())
          return fmt::format("{} of {}", mine.action, node);
    }
  return std::nullopt;
}

std::optional<std::string> conflict_of(const PlannedFault& one, const PlannedFault& other) {
  for (const auto& mine : one.decides)
    if (std::ranges::find(other.decides, mine) != other.decides.end()) return mine;
  return shared_knob(one.undo, other.undo);
}

}  // namespace rehearse
