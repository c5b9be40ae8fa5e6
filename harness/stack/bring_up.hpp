// Raises a stack from nothing and takes it down again.
#pragma once

#include "base/result.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// Makes network and containers, in the file's order. Returns when everything is created; readiness
// is missing_redundancy's word. Errors (machine): what could not be made. What was made until then
// is left for take_down.
Status raise(Machine& machine, const Stack& stack, const StackPlaces& places);

// Removes every container, namespace and data folder of ours. Safe to repeat.
Status take_down(Machine& machine);

}  // namespace rehearse
