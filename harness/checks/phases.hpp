// How a recovery was spent, by the timeline of roles.
#pragma once

#include <optional>
#include <vector>

#include "record/timeline.hpp"

namespace rehearse {

// Lengths; see RtoRow.
struct Phases {
  std::optional<double> detect_ms, elect_ms, promote_ms, reconnect_ms;
  std::optional<double> marks_to_within_ms;
};

// Marks between `from_ms` (the fault) and `until_ms`; `first_success_ms` is the clients'.
Phases measure_phases(const std::vector<RoleChange>& roles, double from_ms, double until_ms,
                      std::optional<double> first_success_ms);

}  // namespace rehearse
