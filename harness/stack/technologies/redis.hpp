// What Redis and its Sentinels answer, and how its own client program is called.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/redis.hpp"
#include "stack/stack.hpp"
#include "stack/view.hpp"

namespace rehearse {

// What the answer to ROLE says: role, state of the link, who follows (by address).
void read_redis_role(const RedisValue& role, NodeView& view);
// The configuration epoch in a Sentinel's answer to SENTINEL MASTERS; -1 = it knows no master.
int64_t redis_epoch_of(const RedisValue& masters);

// The role in what its client program printed for ROLE; empty: it says none, as one that loads.
std::string redis_role_in(const std::string& printed);

// The argument vector of a command to the server inside its node.
std::vector<std::string> redis_cli(const Node& node, int database,
                                   const std::vector<std::string>& command);

}  // namespace rehearse
