// Plays a runbook: its steps one after the other, each timed, until one is not done. A step:
//   begun → precondition → approval (its wait counts apart) → action → seen → verified → ended
// Its deadline is for all of that but the approval. What is begun and not done is undone where the
// step says how; what comes after is not begun.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "record/runbook_record.hpp"
#include "runbook/hands.hpp"

namespace rehearse {

// How signatures come: approvals.hpp.
class Approver {
 public:
  virtual ~Approver() = default;
  // Tells people what is asked of them. Errors (machine): nobody could be told.
  virtual Status ask(const RunbookStep& step, StepRecord& record) = 0;
  // What came since: adds to the record's approvals (the player says when) and refused.
  virtual void look(const RunbookStep& step, StepRecord& record) = 0;
};

struct PlayerInput {
  const Runbook& runbook;
  std::string entry;  // of the timeline: names its steps, ENTRY.STEP
  StepHands& hands;
  Approver& approver;
  std::function<double()> now_ms;   // on the run's clock
  std::function<bool()> cancelled;  // the run ends
  // What happens, as it happens: kind (step, approval, message), the step, what, detail.
  std::function<void(const std::string& kind, const std::string& step, const std::string& what,
                     const std::string& detail)>
      tell;
  int64_t poll_ms = 100;
};

// One record a step, in their order.
std::vector<StepRecord> play_runbook(const PlayerInput& input);

}  // namespace rehearse
