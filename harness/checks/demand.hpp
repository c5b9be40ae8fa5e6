// What the platform was asked to do, beside what players wanted of it: attempts, retries, roles
// that move, queues. Overload may feed itself; then demand stays up after the fault is gone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/joined.hpp"
#include "checks/measures.hpp"

namespace rehearse {

// Of one of the phases of service levels (measures.hpp). Null: not told, or nothing to count.
struct DemandPhase {
  std::string phase;
  // Of those that began meanwhile. Whoever waited out an outage may come back a single time within
  // a phase: that is demand as well.
  std::optional<double> attempts_per_operation;
  int64_t retries = 0;                // of clients
  std::optional<int64_t> sent_again;  // to providers, of what they had been sent before
  // Unplanned. Moved: to who held another one before; a node that comes back and follows is what
  // healing is for.
  int64_t roles_moved = 0, nodes_gone = 0;
  std::optional<double> queue;  // second by second the longest that any node told of: median
  std::optional<double> idle;   // of the processors, 0 to 1
};
std::vector<DemandPhase> measure_demand(const Joined& joined, const std::vector<RtoRow>& rto);

// Once everything is healed and has a leader again, demand may need this long to fall to what
// steady needed.
constexpr double demand_falls_within_ms = 10'000;

struct DemandStays {
  double for_ms = 0;  // after the last healing, or the election after it; at least
  bool machine_had_room = false;
  std::string text;  // who held the processors, in words
};
// Null: it fell in time, or nobody looked for longer than that.
std::optional<DemandStays> demand_stays(const Joined& joined);

}  // namespace rehearse
