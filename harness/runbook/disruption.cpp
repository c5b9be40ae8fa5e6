#include "runbook/disruption.hpp"

#include <algorithm>

#include "runbook/action.hpp"

namespace rehearse {

bool may_disrupt(const Runbook& runbook) {
  return std::ranges::any_of(runbook.steps, [](const RunbookStep& step) {
    const ActionEntry* action = find_action(step.action.name);
    return action != nullptr && action->schema.disruptive;
  });
}

}  // namespace rehearse
