// The nodes of the cache that a fault is aimed at.
#pragma once

#include <string>
#include <vector>

#include "faults/fault.hpp"

namespace rehearse {

// The nodes of `target`, or the leader. Errors (inconclusive): nobody is, or a node is none of it.
Result<std::vector<std::string>> resolve_cache(const FaultContext& context);

}  // namespace rehearse
