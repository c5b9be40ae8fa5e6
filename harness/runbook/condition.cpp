#include "runbook/condition.hpp"

#include <algorithm>
#include <array>

#include "stack/observer.hpp"

namespace rehearse {
namespace {

std::optional<std::string> missing_of_whole(const ActionContext& context, int64_t since_ns) {
  const auto missing = missing_redundancy(context.stack, context.view(), since_ns);
  return missing.empty() ? std::nullopt : std::optional(missing.front());
}

std::optional<std::string> missing_leader(const ActionContext& context, int64_t since_ns) {
  const StackView view = context.view();
  const auto leader = context.platform().holder_of(view, Purpose::ledger, Rank::leader);
  if (!leader) return leader.error().message;
  if (view.nodes.at(*leader).seen_ns < since_ns) return *leader + " was not looked at since";
  return std::nullopt;
}

}  // namespace

std::span<const Condition> all_conditions() {
  static const auto registry = std::to_array<Condition>({
      {"stack_whole", "Every node is healthy, every role is held, every copy is in step",
       missing_of_whole},
      {"ledger_led", "The ledger has a leader", missing_leader},
  });
  return registry;
}

const Condition* find_condition(const std::string& name) {
  const auto found = std::ranges::find(all_conditions(), name, &Condition::name);
  return found == all_conditions().end() ? nullptr : &*found;
}

}  // namespace rehearse
