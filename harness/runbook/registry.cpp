// The registry of actions, in the order of actions.def.
#include <algorithm>
#include <array>

#include "runbook/action.hpp"

namespace rehearse {

#define ACTION(name)                   \
  ActionSchema name##_action_schema(); \
  std::unique_ptr<Action> make_##name##_action(const StepAction& step);
#include "runbook/actions.def"
#undef ACTION

std::span<const ActionEntry> all_actions() {
  static const auto registry = std::to_array<ActionEntry>({
#define ACTION(name) {name##_action_schema(), make_##name##_action},
#include "runbook/actions.def"
#undef ACTION
  });
  return registry;
}

const ActionEntry* find_action(const std::string& name) {
  const auto found = std::ranges::find_if(
      all_actions(), [&](const ActionEntry& entry) { return entry.schema.name == name; });
  return found == all_actions().end() ? nullptr : &*found;
}

}  // namespace rehearse
