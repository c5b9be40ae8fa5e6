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

// The same of a region: what stands in its zones. Outside parties that serve it are elsewhere.
Result<Place> resolve_region(const FaultContext& context, const Target& target);

// What cuts between the nodes and the peers dropped, by nobody else's cuts.
struct Border {
  bool whole = true;       // every node is cut off from every peer,
  bool open = true;        // or none is from any
  DroppedPackets dropped;  // out: what the nodes sent
};
Result<Border> look_at_border(Effects& runtime, const std::vector<std::string>& nodes,
                              const std::vector<std::string>& peers);
// For Fault::afterwards: what they dropped, in all and by direction; nothing where nobody can say.
Evidence packets_dropped(Effects& runtime, const std::vector<std::string>& nodes,
                         const std::vector<std::string>& peers);
// Three for Fault::restored: that nothing of it is cut any more, that the nodes run and are not
// paused, that no session of that name is left on the node.
Result<Evidence> require_open_border(Effects& runtime, const std::vector<std::string>& nodes,
                                     const std::vector<std::string>& peers);
Result<Evidence> require_running(Effects& runtime, const std::vector<std::string>& nodes);
Result<Evidence> require_no_sessions(Effects& runtime, const std::string& node,
                                     const std::string& session_name);

}  // namespace rehearse
