// Places of the network: what a zone, a node or a role comes to at the moment of injection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "faults/fault.hpp"

namespace rehearse {

// Of cuts that are refreshed every second; when the harness dies, the kernel lets the packets
// through by itself.
constexpr int64_t cut_timeout_ms = 4'000;

struct Place {
  std::string name;                // as resolved: "az-1", "postgres-2 (postgres.primary)"
  std::vector<std::string> nodes;  // those without a container as well
};

// Errors (inconclusive): nobody holds the role, or no node is there.
Result<Place> resolve_place(const FaultContext& context, const Target& target);

}  // namespace rehearse
