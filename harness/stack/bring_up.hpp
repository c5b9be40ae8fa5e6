// Raises a stack from nothing and takes it down again.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "stack/observer.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// Makes network and containers; components named in `after` must be healthy before their
// dependents are made. Returns when everything is created; readiness is missing_redundancy's word.
// Errors (machine): what could not be made. What was made until then is left for take_down.
Status raise(Machine& machine, const Stack& stack, const StackPlaces& places,
             const Observer& observer, int64_t deadline_ns, const std::function<bool()>& cancelled);

// Removes every container, namespace and data folder of ours. Safe to repeat.
Status take_down(Machine& machine);

}  // namespace rehearse
