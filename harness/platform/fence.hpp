// Stops the platform's writers for good, so that its books can be read.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// Asks every node of every component that has a fence, one that fails again until the deadline, at
// least once; of a region only, where one is named: the ledger of another is not read. A node that
// could stop its own process only and not the ledger is not fenced yet. Errors (inconclusive): all
// nodes that could not be fenced, and why.
Status fence_writers(const Stack& stack, int64_t deadline_ns, const std::string& region = "");

}  // namespace rehearse
