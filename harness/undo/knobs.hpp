// A knob is what one undo step turns back: a node's packets from one peer, its pause, its death.
// Two faults on one knob would heal each other, so the second one is refused.
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

}  // namespace rehearse
