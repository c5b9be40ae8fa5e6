// The platform's officers declare an emergency: its lifeline takes requests from contacts known
// before. Taken back by: end_emergency. Seen: by the lifeline's own word.
#include "platform/emergency.hpp"

#include "runbook/action.hpp"

namespace rehearse {
namespace {

class ChangeEmergency final : public Action {
 public:
  ChangeEmergency(bool declare, std::string reason)
      : declare_(declare), reason_(std::move(reason)) {}

  Status give(const ActionContext& context) override {
    return change_emergency(context.stack, declare_, reason_);
  }
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto on = emergency_is_on(context.stack);
    if (!on || *on != declare_) return std::nullopt;
    return Evidence{{"emergency", *on ? "on" : "over"}};
  }

 private:
  const bool declare_;
  const std::string reason_;
};

std::string reason_of(const StepAction& step) {
  const auto reason = step.params.find("reason");
  return reason == step.params.end() ? "runbook" : reason->second;
}

}  // namespace

ActionSchema declare_emergency_action_schema() {
  return {"declare_emergency",
          "Two officers declare an emergency: the lifeline opens",
          false,
          false,
          {{"reason", false}}};
}
std::unique_ptr<Action> make_declare_emergency_action(const StepAction& step) {
  return std::make_unique<ChangeEmergency>(true, reason_of(step));
}

ActionSchema end_emergency_action_schema() {
  return {"end_emergency", "Two officers end the emergency", false, false, {{"reason", false}}};
}
std::unique_ptr<Action> make_end_emergency_action(const StepAction& step) {
  return std::make_unique<ChangeEmergency>(false, reason_of(step));
}

}  // namespace rehearse
