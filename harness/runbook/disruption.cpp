#include "runbook/disruption.hpp"

#include <algorithm>

#include "runbook/action.hpp"

namespace rehearse {

bool may_disrupt(const StepAction& action) {
  const ActionEntry* entry = find_action(action.name);
  return entry != nullptr && entry->schema.disruptive;
}

bool may_disrupt(const Runbook& runbook) {
  return std::ranges::any_of(runbook.steps, [](const RunbookStep& step) {
    return may_disrupt(step.action) || may_disrupt(step.undo);
  });
}

}  // namespace rehearse
