// What a runbook's steps are carried out with: a platform in a rehearsal, people at a table top.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runbook/action.hpp"

namespace rehearse {

class StepHands {
 public:
  virtual ~StepHands() = default;
  // A step's time begins now.
  virtual void begin(const RunbookStep& step) = 0;
  // What is still missing of its precondition, in words; nullopt: it holds.
  virtual std::optional<std::string> missing_before(const RunbookStep& step) = 0;
  // Gives an action, and then is asked until it is seen. A manual step gives none, and is asked all
  // the same. An error of seen() is final.
  virtual Status give(const StepAction& action) = 0;
  virtual Result<std::optional<Evidence>> seen() = 0;
  // What is still missing of its verification since the step began, in words.
  virtual std::optional<std::string> missing_after(const RunbookStep& step) = 0;
};

// On a platform that stands, for an entry of the timeline; `context` is copied, what it names
// outlives the hands.
std::unique_ptr<StepHands> platform_hands(ActionContext context, const std::string& entry);

}  // namespace rehearse
