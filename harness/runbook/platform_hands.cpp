#include "base/clock.hpp"
#include "runbook/condition.hpp"
#include "runbook/hands.hpp"

namespace rehearse {
namespace {

class PlatformHands final : public StepHands {
 public:
  PlatformHands(ActionContext context, std::string entry)
      : entry_(std::move(entry)), context_(std::move(context)) {}

  void begin(const RunbookStep& step) override {
    context_.step = entry_ + "." + step.id;
    acted_ns_ = monotonic_ns();
    action_.reset();
  }
  std::optional<std::string> missing_before(const RunbookStep& step) override {
    return missing(step.precondition, 0);
  }
  Status give(const StepAction& action) override {
    action_ = find_action(action.name)->make(action);
    const Status given = action_->give(context_);
    acted_ns_ = monotonic_ns();
    return given;
  }
  Result<std::optional<Evidence>> seen() override {
    return action_ ? action_->seen(context_) : std::optional(Evidence{});
  }
  // What was seen before the action says nothing of it.
  std::optional<std::string> missing_after(const RunbookStep& step) override {
    return missing(step.verification, acted_ns_);
  }

 private:
  std::optional<std::string> missing(const StepCondition& condition, int64_t since_ns) const {
    if (condition.name.empty()) return std::nullopt;
    return find_condition(condition.name)->missing(context_, condition, since_ns);
  }

  const std::string entry_;
  ActionContext context_;
  std::unique_ptr<Action> action_;
  int64_t acted_ns_ = 0;
};

}  // namespace

std::unique_ptr<StepHands> platform_hands(ActionContext context, const std::string& entry) {
  return std::make_unique<PlatformHands>(std::move(context), entry);
}

}  // namespace rehearse
