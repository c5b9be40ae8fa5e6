// What a run did by a runbook, step by step: who owned it, when it was due, begun and ended, how
// long it waited for people, who signed for it. Times are on the run's one clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/timeline.hpp"

namespace rehearse {

// One signature that was accepted. With the step's words it can be verified again by anybody.
struct ApprovalRecord {
  std::string person, key;  // public, as hex
  std::string nonce, signature;
  int64_t expires_s = 0;  // Unix time
  double at_ms = 0;       // when it was seen
  bool test_key = false;  // everybody knows this key: no person decided
};

struct StepRecord {
  std::string step;  // ENTRY.STEP, as signatures name it
  std::string runbook, title, kind;
  std::string executor;  // who carries it out, by the file of people
  std::string responsible, accountable;
  std::vector<std::string> consulted, informed;
  bool disruptive = false;     // players may feel its action: an outage may begin with it
  bool four_eyes = false;      // two people must approve it, whatever the runbook says
  std::string content_sha256;  // of all that the runbook says of the step
  int64_t deadline_ms = 0;     // for the step itself, without its wait for approval
  double planned_ms = 0;       // if every step before took its whole time
  std::optional<double> begun_ms, ended_ms;
  std::string approval_role;  // empty: it needs none
  int64_t approvals_needed = 0;
  std::string approval_request;                 // random, of what was asked; signatures are over it
  int64_t approval_until_s = 0;                 // Unix time; no signature may hold longer
  std::optional<double> asked_ms, approved_ms;  // between them it waited for people
  std::vector<ApprovalRecord> approvals;
  std::vector<std::string> refused;  // signatures that did not count: which, why, the remedy
  std::optional<double> acted_ms;    // when its action was given
  // done · failed · late · unapproved · unready (precondition) · interrupted · not_begun
  std::string outcome = "not_begun";
  std::string error;   // why it is not done
  std::string undone;  // how it was taken back, or why it could not be; empty: it was not
  Evidence evidence;
};

// How long it waited for people, to the approval or in vain; null: it needed nobody.
inline std::optional<double> waited_ms(const StepRecord& step) {
  const auto until_ms = step.approved_ms ? step.approved_ms : step.ended_ms;
  if (!step.asked_ms || !until_ms) return std::nullopt;
  return *until_ms - *step.asked_ms;
}
// How long it took besides.
inline std::optional<double> took_ms(const StepRecord& step) {
  if (!step.begun_ms || !step.ended_ms) return std::nullopt;
  return *step.ended_ms - *step.begun_ms - waited_ms(step).value_or(0);
}

}  // namespace rehearse
