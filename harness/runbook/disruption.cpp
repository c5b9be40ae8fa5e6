#include "runbook/disruption.hpp"

#include <algorithm>

#include "runbook/action.hpp"

namespace rehearse {

bool may_disrupt(const Runbook& runbook) {
  const auto disrupts = [](const StepAction& given) {
    const ActionEntry* action = find_action(given.name);
    return action != nullptr && action->schema.disruptive;
  };
  return std::ranges::any_of(runbook.steps, [&](const RunbookStep& step) {
    return disrupts(step.action) || disrupts(step.undo);
  });
}

}  // namespace rehearse
