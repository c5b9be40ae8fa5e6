// A runbook as an act of the timeline: its player has a thread of its own from begin to end.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/act.hpp"
#include "engine/recorder.hpp"
#include "record/runbook_record.hpp"
#include "runbook/approvals.hpp"
#include "runbook/hands.hpp"

namespace rehearse {

// Of a run: what its timeline names, and who approves.
struct Runbooks {
  std::map<std::string, Runbook> by_name;
  People people;
  std::map<std::string, Message> messages;
};

// What was played, from any thread.
class RunbookLog {
 public:
  void add(std::vector<StepRecord> steps);
  std::vector<StepRecord> steps() const;

 private:
  mutable std::mutex mutex_;
  std::vector<StepRecord> steps_;
};

// Where and for whom runbooks are played. All of it outlives the acts.
struct RunbookStage {
  const Runbooks& runbooks;
  std::string run_dir, run_id;
  // For each runbook its own, by its entry.
  std::function<std::unique_ptr<StepHands>(const std::string& entry)> make_hands;
  Recorder& recorder;
  RunbookLog& log;
};

// Who approves the steps of an entry: people, or the machine by test keys where it says so.
std::unique_ptr<Approver> approver_of(const TimelineEntry& entry, const Runbooks& runbooks,
                                      const std::string& run_dir, const std::string& run_id);
// Makes the runbook that an entry names.
MakeAct runbook_acts(RunbookStage stage);
// Faults by the one, runbooks by the other.
MakeAct acts_of(MakeAct faults, MakeAct runbooks);

}  // namespace rehearse
