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
  std::string wanted;  // what was lost and has to appear again
  for (const RoleChange& change : roles) {
    if (change.t_ms > until_ms) break;
    const std::string before = std::exchange(held[change.component], change.role);
    if (change.t_ms < from_ms) continue;
    if (!elected_ms && leads(before) && change.role != before) {
      lost_ms = lost_ms.value_or(change.t_ms);
      if (wanted.empty() || before == "primary") wanted = before;  // the database leads the wallet
    } else if (lost_ms && !elected_ms && change.role == wanted) {
      elected_ms = change.t_ms;
    } else if (elected_ms && !promoted_ms && (change.role == "sync" || change.role == "writer")) {
      promoted_ms = change.t_ms;
    }
  }
  // A mark after the first good answer was not on the way to it.
  if (first_success_ms && promoted_ms && *promoted_ms > *first_success_ms) promoted_ms.reset();

  Phases phases;
  double last_ms = from_ms;
  const auto until = [&last_ms](const std::optional<double>& mark) -> std::optional<double> {
    if (!mark || *mark < last_ms) return std::nullopt;
    const double length = *mark - last_ms;
    last_ms = *mark;
    return length;
  };
  phases.detect_ms = until(lost_ms);
  phases.elect_ms = until(elected_ms);
  phases.promote_ms = until(promoted_ms);
  phases.reconnect_ms = until(first_success_ms);
  return phases;
}

}  // namespace rehearse
