// Redis as the faults reach it: by its own client program, inside the node.
#pragma once

#include <string>
#include <vector>

#include "faults/fault.hpp"

namespace rehearse {

// The nodes of `target`, or the master. Errors (inconclusive): nobody is, or a node is no Redis.
Result<std::vector<std::string>> resolve_redis(const FaultContext& context);

// As its environment has it; empty = none.
std::string redis_password(const FaultContext& context, const std::string& node);

std::vector<std::string> redis_cli(const std::string& password, int database,
                                   const std::vector<std::string>& command);

}  // namespace rehearse
