// What deviates from the baseline of a whole stack, whoever made it so.
#pragma once

#include <string>
#include <vector>

#include "runtime/effects.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// In words, one scan for each action of an undo (undo/journal.hpp); no journal is asked. Errors
// (machine): it cannot be looked at.
Result<std::vector<std::string>> residue_of(Effects& runtime, const Stack& stack);

}  // namespace rehearse
