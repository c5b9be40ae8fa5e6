// A knob is what one undo step turns back: a node's packets from one range, its pause, its death.
// Two faults on one knob would heal each other, so the second one is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "undo/journal.hpp"

namespace rehearse {

// The ranges in the `detail` of an `uncut` step, as they stand there.
std::vector<std::string> cut_ranges(const std::string& detail);

// The first knob that both undos turn, in words; ranges of one kind share a knob where they
// overlap.
std::optional<std::string> shared_knob(const std::vector<UndoStep>& one,
                                       const std::vector<UndoStep>& other);

}  // namespace rehearse
