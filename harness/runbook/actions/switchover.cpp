// The ledger's leader gives its role to the one that takes over first, on purpose and without loss.
// Taken back by: the same again, once that one follows. Seen: the other one leads.
#include "runbook/action.hpp"
#include "stack/observer.hpp"

namespace rehearse {
namespace {

class Switchover final : public Action {
 public:
  Status give(const ActionContext& context) override {
    const Platform platform = context.platform();
    const StackView view = context.view();
    const auto holder = [&](Rank rank) { return platform.holder_of(view, Purpose::ledger, rank); };
    const auto leader = holder(Rank::leader), second = holder(Rank::second);
    if (!leader) return std::unexpected(leader.error());
    if (!second) return std::unexpected(second.error());
    const Node& from = *context.stack.find(*leader);
    to_ = *second;
    from_ = *leader;
    return technology_of(context.stack, from)
        .hand_over(context.stack, from, *context.stack.find(to_));
  }

  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto leader = context.platform().holder_of(context.view(), Purpose::ledger, Rank::leader);
    if (!leader || *leader != to_) return std::nullopt;
    return Evidence{{"from", from_}, {"to", to_}};
  }

 private:
  std::string from_, to_;
};

}  // namespace

ActionSchema switchover_action_schema() {
  return {"switchover", "The ledger's leader gives its role to the next in line", true, true};
}
std::unique_ptr<Action> make_switchover_action(const StepAction&) {
  return std::make_unique<Switchover>();
}

}  // namespace rehearse
