#include "runbook/condition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "platform/region.hpp"
#include "stack/observer.hpp"

namespace rehearse {
namespace {

std::optional<std::string> missing_of_whole(const ActionContext& context, const StepCondition&,
                                            int64_t since_ns) {
  const auto missing = missing_redundancy(context.stack, context.view(), since_ns);
  return missing.empty() ? std::nullopt : std::optional(missing.front());
}

std::optional<std::string> missing_leader(const ActionContext& context, const StepCondition&,
                                          int64_t since_ns) {
  const StackView view = context.view();
  const auto leader = context.platform().holder_of(view, Purpose::ledger, Rank::leader);
  if (!leader) return leader.error().message;
  if (view.nodes.at(*leader).seen_ns < since_ns) return *leader + " was not looked at since";
  return std::nullopt;
}

// Besides having every byte: what was committed between its newest commit and the incident is lost,
// and of a region that is still there also what it acknowledges until its lead is over.
std::optional<std::string> missing_lag(const ActionContext& context, const StepCondition& asked,
                                       int64_t) {
  const std::string& region = asked.params.at("region");
  const auto lag = region_lag(context.stack, context.view(), region);
  if (!lag) return fmt::format("nobody in region {} follows", region);
  if (lag->bytes == 0) return std::nullopt;
  const auto lasting_ms = static_cast<int64_t>(context.incident().lasting_ms);
  const int64_t leads_ms = lag->bytes ? lead_lasts_ms(context.stack) : 0;
  const int64_t lost_ms =
      std::max<int64_t>(0, lag->age_ms - std::max<int64_t>(0, lasting_ms - leads_ms));
  const auto max = asked.params.find("max");
  if (max != asked.params.end() && lost_ms <= std::stoll(max->second)) return std::nullopt;
  return fmt::format("{} lacks {}: what was committed in {} would be lost", lag->node,
                     lag->bytes ? fmt::format("{} bytes", *lag->bytes) : "what came last",
                     format_ms(static_cast<double>(lost_ms)));
}

std::optional<std::string> missing_service(const ActionContext& context, const StepCondition&,
                                           int64_t since_ns) {
  const auto kinds = context.not_served(since_ns);
  if (kinds.empty()) return std::nullopt;
  return fmt::format("players are not served as before: {}", fmt::join(kinds, ", "));
}

}  // namespace

std::span<const Condition> all_conditions() {
  static const auto registry = std::to_array<Condition>({
      {"stack_whole", "Every node is healthy, every role is held, every copy is in step",
       missing_of_whole},
      {"ledger_led", "The ledger has a leader", missing_leader},
      {"standby_lag",
       "A region that follows has all that the other one has, or lacks no more than was committed "
       "within that time",
       missing_lag,
       {{"region", true}, {"max", false}}},
      {"players_served",
       "Players were served for 5 s as in the steady phase, every kind of operation",
       missing_service},
  });
  return registry;
}

const Condition* find_condition(const std::string& name) {
  const auto found = std::ranges::find(all_conditions(), name, &Condition::name);
  return found == all_conditions().end() ? nullptr : &*found;
}

}  // namespace rehearse
