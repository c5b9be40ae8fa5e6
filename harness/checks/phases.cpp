#include "checks/phases.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace rehearse {
namespace {

bool leads(const std::string& role) {
  return role == "primary" || role == "writer";
}

}  // namespace

Phases measure_phases(const std::vector<RoleChange>& unsorted, double from_ms, double until_ms,
                      std::optional<double> first_success_ms) {
  std::vector<RoleChange> roles = unsorted;
  std::ranges::stable_sort(roles, {}, &RoleChange::t_ms);
  std::map<std::string, std::string> held;
  std::optional<double> lost_ms, elected_ms, promoted_ms;
  double within_ms = 0;  // of the marks, the least well known
  const auto mark = [&within_ms](std::optional<double>& at_ms, const RoleChange& change) {
    at_ms = change.t_ms;
    within_ms = std::max(within_ms, change.resolution_ms);
  };
  std::string wanted;  // what was lost and has to appear again
  for (const RoleChange& change : roles) {
    if (change.t_ms > until_ms) break;
    const std::string before = std::exchange(held[change.component], change.role);
    if (change.t_ms < from_ms) continue;
    if (!elected_ms && leads(before) && change.role != before) {
      if (!lost_ms) mark(lost_ms, change);
      if (wanted.empty() || before == "primary") wanted = before;  // the database leads the wallet
    } else if (lost_ms && !elected_ms && change.role == wanted) {
      mark(elected_ms, change);
    } else if (elected_ms && !promoted_ms && (change.role == "sync" || change.role == "writer")) {
      mark(promoted_ms, change);
    }
  }
  // A mark after the first good answer was not on the way to it.
  if (first_success_ms && promoted_ms && *promoted_ms > *first_success_ms) promoted_ms.reset();

  Phases phases;
  if (within_ms > 0) phases.marks_to_within_ms = within_ms;
  double last_ms = from_ms;
  const auto until = [&last_ms](const std::optional<double>& at_ms) -> std::optional<double> {
    if (!at_ms || *at_ms < last_ms) return std::nullopt;
    const double length = *at_ms - last_ms;
    last_ms = *at_ms;
    return length;
  };
  phases.detect_ms = until(lost_ms);
  phases.elect_ms = until(elected_ms);
  phases.promote_ms = until(promoted_ms);
  phases.reconnect_ms = until(first_success_ms);
  return phases;
}

}  // namespace rehearse
