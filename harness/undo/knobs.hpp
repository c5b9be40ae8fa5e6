// A knob is what one undo step turns back: a node's packets from one peer, its pause, its death; or
// what a fault alone decides. Two faults on one knob would heal each other or hide behind each
// other, so the second one is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "undo/journal.hpp"

namespace rehearse {

// The peers in the `detail` of an `uncut` step, as they stand there.
std::vector<std::string> peers_in(const std::string& detail);

// The first knob that both undos turn, in words.
std::optional<std::string> shared_knob(const std::vector<UndoStep>& one,
                                       const std::vector<UndoStep>& other);
// The same, or what both decide.
std::optional<std::string> conflict_of(const PlannedFault& one, const PlannedFault& other);

}  // namespace rehearse
