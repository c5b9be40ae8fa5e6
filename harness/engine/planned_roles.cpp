#include "engine/planned_roles.hpp"

#include <algorithm>

#include "scenario/scenario.hpp"

namespace rehearse {

void mark_planned_roles(Run& run) {
  for (RoleChange& change : run.roles) {
    const double t_ms = change.t_ms;
    const bool meant = std::ranges::any_of(run.runbook, [&](const StepRecord& step) {
      return step.disruptive && step.acted_ms && *step.acted_ms <= t_ms &&
             t_ms <= step.ended_ms.value_or(t_ms);
    });
    const bool broken = std::ranges::any_of(run.faults, [&](const FaultRecord& fault) {
      return fault.disruptive && fault.fault != runbook_fault && fault.injected_ms &&
             *fault.injected_ms <= t_ms && t_ms <= fault.healed_ms.value_or(t_ms);
    });
    change.planned = change.planned || (meant && !broken);
  }
}

}  // namespace rehearse
