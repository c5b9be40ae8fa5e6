#include "runbook/player.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/sha256.hpp"
#include "runbook/disruption.hpp"

namespace rehearse {
namespace {

StepRecord record_of(const PlayerInput& input, const RunbookStep& step, double planned_ms) {
  StepRecord record;
  record.step = input.entry + "." + step.id;
  record.runbook = input.runbook.name;
  record.title = step.title;
  record.kind = step.manual ? "manual" : "automatic";
  record.executor = step.executor;
  record.responsible = step.owner.responsible;
  record.accountable = step.owner.accountable;
  record.consulted = step.owner.consulted;
  record.informed = step.owner.informed;
  record.disruptive = may_disrupt(step.action);
  const ActionEntry* action = find_action(step.action.name);
  record.four_eyes = action != nullptr && action->schema.four_eyes;
  record.content_sha256 = sha256_hex(step.content);
  record.deadline_ms = step.deadline_ms;
  record.planned_ms = planned_ms;
  record.approval_role = step.approval.role;
  record.approvals_needed = step.approval.count;
  return record;
}

std::string unseen(const StepAction& action) {
  return action.name.empty() ? "nobody says that it is done"
                             : action.name + " was given and is not seen";
}

// One step on its way. Each part returns whether it goes on; where not, the record says why.
class StepPlay {
 public:
  StepPlay(const PlayerInput& input, const RunbookStep& step, StepRecord& record)
      : input_(input), step_(step), record_(record) {}

  bool play() {
    record_.begun_ms = input_.now_ms();
    input_.tell("step", record_.step, "begun", step_.title);
    input_.hands.begin(step_);
    const bool done = prepare() && approve() && act() && verify();
    if (done) record_.outcome = "done";
    record_.ended_ms = input_.now_ms();
    input_.tell("step", record_.step, record_.outcome, record_.error);
    if (const auto message = step_.action.params.find("template");
        done && message != step_.action.params.end())
      input_.tell("message", record_.step,
                  record_.evidence.contains("not_sent") ? "not sent" : "sent", message->second);
    if (!done && record_.acted_ms && !step_.undo.name.empty()) undo();
    return done;
  }

 private:
  bool end(const char* outcome, std::string why) {
    record_.outcome = outcome;
    record_.error = std::move(why);
    return false;
  }

  // Of the step's own time; waiting for people stops its clock.
  double left_ms() const {
    const double waited_ms =
        record_.asked_ms ? record_.approved_ms.value_or(input_.now_ms()) - *record_.asked_ms : 0;
    return static_cast<double>(step_.deadline_ms) -
           (input_.now_ms() - *record_.begun_ms - waited_ms);
  }

  // Asks until nothing is missing; what is missing is the last error told.
  template <typename Missing, typename Left>
  bool wait(Missing missing, Left left, const char* late) {
    while (true) {
      const std::optional<std::string> what = missing();
      if (!what) return true;
      if (failed_) return end("failed", *failed_);
      if (input_.cancelled()) return end("interrupted", "the run ended: " + *what);
      if (left() <= 0) return end(late, *what);
      std::this_thread::sleep_for(std::chrono::milliseconds(input_.poll_ms));
    }
  }

  bool prepare() {
    return wait([&] { return input_.hands.missing_before(step_); }, [&] { return left_ms(); },
                "unready");
  }

  bool approve() {
    if (step_.approval.role.empty()) return true;
    record_.asked_ms = input_.now_ms();
    input_.tell("approval", record_.step, "asked",
                fmt::format("{} of {}", step_.approval.count, step_.approval.role));
    if (const Status asked = input_.approver.ask(step_, record_); !asked)
      return end("failed", asked.error().message);
    const bool approved = wait([&] { return missing_approvals(); },
                               [&] {
                                 return *record_.asked_ms +
                                        static_cast<double>(step_.approval.within_ms) -
                                        input_.now_ms();
                               },
                               "unapproved");
    if (approved) record_.approved_ms = input_.now_ms();
    return approved;
  }

  std::optional<std::string> missing_approvals() {
    const size_t accepted = record_.approvals.size(), refused = record_.refused.size();
    input_.approver.look(step_, record_);
    for (size_t i = accepted; i < record_.approvals.size(); ++i) {
      ApprovalRecord& approval = record_.approvals[i];
      approval.at_ms = input_.now_ms();
      input_.tell("approval", record_.step, "signed",
                  approval.person + (approval.test_key ? ", by a test key" : ""));
    }
    for (size_t i = refused; i < record_.refused.size(); ++i)
      input_.tell("approval", record_.step, "refused", record_.refused[i]);
    const auto count = static_cast<int>(record_.approvals.size());
    if (count >= step_.approval.count) return std::nullopt;
    return fmt::format("{} of {} approvals by {} came", count, step_.approval.count,
                       step_.approval.role);
  }

  bool act() {
    if (input_.cancelled()) return end("interrupted", "the run ended before it acted");
    record_.acted_ms = input_.now_ms();
    if (step_.manual) return true;
    const Status given = input_.hands.give(step_.action);
    return given || end("failed", given.error().message);
  }

  // What the action has to show, if there is one, and what the platform has to.
  std::optional<std::string> missing_proof() {
    if (!seen_) {
      const auto seen = input_.hands.seen();
      if (!seen) {
        failed_ = seen.error().message;
        return failed_;
      }
      if (!*seen) return unseen(step_.action);
      record_.evidence = **seen;
      seen_ = true;
    }
    return input_.hands.missing_after(step_);
  }

  // Proof that comes too late is none: it is looked for once more after the deadline, not longer.
  bool verify() {
    const bool proven = wait([&] { return missing_proof(); }, [&] { return left_ms(); }, "late");
    if (!proven) return false;
    const double over_ms = -left_ms();
    return over_ms <= static_cast<double>(input_.poll_ms) ||
           end("late", fmt::format("done {:.0f} ms after its deadline", over_ms));
  }

  // With as much time as the step itself, also where the run ends meanwhile: what is refused now
  // may be granted later.
  void undo() {
    const double until_ms = input_.now_ms() + static_cast<double>(step_.deadline_ms);
    Status given = input_.hands.give(step_.undo);
    std::string why;
    while (true) {
      Result<std::optional<Evidence>> seen = std::nullopt;
      if (given) seen = input_.hands.seen();
      if (seen && *seen) break;
      if (!seen)
        why = seen.error().message;
      else if (input_.now_ms() > until_ms)
        why = given ? unseen(step_.undo) : given.error().message;
      if (!why.empty()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(input_.poll_ms));
      if (!given) given = input_.hands.give(step_.undo);
    }
    record_.undone = why.empty() ? "by " + step_.undo.name : "not: " + why;
    input_.tell("step", record_.step, "undone", record_.undone);
  }

  const PlayerInput& input_;
  const RunbookStep& step_;
  StepRecord& record_;
  bool seen_ = false;
  std::optional<std::string> failed_;  // why it can never be seen
};

}  // namespace

std::vector<StepRecord> play_runbook(const PlayerInput& input) {
  std::vector<StepRecord> records;
  double planned_ms = input.now_ms();
  bool goes_on = true;
  for (const RunbookStep& step : input.runbook.steps) {
    StepRecord& record = records.emplace_back(record_of(input, step, planned_ms));
    planned_ms += static_cast<double>(step.deadline_ms + step.approval.within_ms);
    if (goes_on) goes_on = StepPlay(input, step, record).play();
  }
  return records;
}

}  // namespace rehearse
