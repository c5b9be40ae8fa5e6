// The copy of the backups' key that is kept in escrow comes back to the nodes that lost it. Nothing
// to take back: a key that two people have seen is renewed afterwards, by people. Seen: what lies
// in the store can be read again.
#include "platform/backups.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class ReleaseEscrow final : public Action {
 public:
  Status give(const ActionContext& context) override {
    return Backups(*context.effects, context.stack).release_key();
  }
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto newest = Backups(*context.effects, context.stack).newest();
    if (!newest) return std::nullopt;
    return Evidence{{"opens", newest->label}, {"key", newest->key_id}};
  }
};

}  // namespace

ActionSchema release_escrow_action_schema() {
  return {"release_escrow", "The backups' key comes back, by the copy kept in escrow", false, true};
}
std::unique_ptr<Action> make_release_escrow_action(const StepAction&) {
  return std::make_unique<ReleaseEscrow>();
}

}  // namespace rehearse
