// The ledger's declared leader leads again, whoever leads now: safe to repeat, so that it is what
// undoes a switchover. Where another must lead in between, players are served again before it goes
// on: they wait for one at a time. Seen: nobody is left to hand over.
#include "base/clock.hpp"
#include "runbook/action.hpp"
#include "stack/initial_roles.hpp"
#include "stack/observer.hpp"

namespace rehearse {
namespace {

class LeadBack final : public Action {
 public:
  // What is refused now may be granted at the next look: copies come into step.
  Status give(const ActionContext& context) override {
    (void)step(context);
    return {};
  }
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    return step(context).value_or(std::nullopt);
  }

 private:
  // By the next in line where it must be: once more, when all copies are in step again.
  Result<std::optional<Evidence>> step(const ActionContext& context) {
    for (const ComponentEntry& component : context.stack.file.components) {
      if (component.name != context.platform().component_of(Purpose::ledger)) continue;
      const StackView view = context.view();
      if (!is_complete(context.stack, view)) return std::nullopt;
      const Technology& technology = technology_of(component);
      if (!technology.missing(context.stack, component, view).empty()) return std::nullopt;
      const auto next = next_hand_over(context.stack, component, view);
      if (!next) break;
      if (handed_over_ns_ != 0 && context.not_served &&
          !context.not_served(handed_over_ns_).empty())
        return std::nullopt;
      const Status given = technology.hand_over(context.stack, *next->from, *next->to);
      if (!given) return std::unexpected(given.error());
      handed_over_ns_ = monotonic_ns();
      return std::nullopt;
    }
    const auto leader = context.platform().holder_of(context.view(), Purpose::ledger, Rank::leader);
    if (!leader) return std::nullopt;
    return Evidence{{"leads", *leader}};
  }

  int64_t handed_over_ns_ = 0;  // for the last time; 0: not yet
};

}  // namespace

ActionSchema lead_back_action_schema() {
  return {"lead_back", "The ledger's declared leader leads again", true};
}
std::unique_ptr<Action> make_lead_back_action(const StepAction&) {
  return std::make_unique<LeadBack>();
}

}  // namespace rehearse
