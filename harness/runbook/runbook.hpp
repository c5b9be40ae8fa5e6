// A runbook as a plain value, and how scenarios/runbooks/NAME.yaml becomes one: steps in their
// order, each with an owner, a deadline, what must hold before and what shows that it worked.
//
//   runbook: ledger-switchover
//   title: The ledger's primary changes hands on purpose
//   steps:
//     - id: hand-over
//       title: Give the primary to the synchronous standby
//       owner: {responsible: dba, accountable: incident-lead, consulted: [support]}
//       kind: automatic
//       precondition: stack_whole
//       needs_approval: {of: incident-lead, count: 2, within: 15m}
//       action: switchover
//       deadline: 60s
//       verification: stack_whole
//       undo: switchover
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runbook/people.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

// One of actions.def with what it takes; an empty name: nothing is done.
struct StepAction {
  std::string name;
  std::map<std::string, std::string> params = {};
};
// One of condition.cpp with what it takes; an empty name: nothing must hold.
using StepCondition = StepAction;

// By roles: who does it, who answers for it, who is asked before, who is told after.
struct StepOwner {
  std::string responsible, accountable;
  std::vector<std::string> consulted, informed;
};

struct NeededApproval {
  std::string role;  // empty: none is needed
  int count = 0;     // different people
  int64_t within_ms = 0;
};

struct RunbookStep {
  std::string id, title;
  StepOwner owner;
  bool manual = false;   // people do it: nothing is done for them
  std::string executor;  // the first person with the responsible role
  NeededApproval approval;
  StepCondition precondition, verification;
  StepAction action, undo;
  int64_t deadline_ms = 0;
  std::string content;  // all of this as JSON, to be read: what is signed is its SHA-256
};

struct Runbook {
  std::string name, title;
  std::vector<RunbookStep> steps;
};

struct RunbookInput {
  std::string path;  // for messages; file name = runbook name
  std::string text;
  const People* people = nullptr;
  std::vector<std::string> messages = {};  // that it may send
};

// Everything that is wrong, in the order of the file. Never throws. A step is wrong, too, that
// could never be approved, or that nobody could say of whether it was done.
std::expected<Runbook, std::vector<Diagnostic>> parse_runbook(const RunbookInput& input);

// Whether the text means to be a runbook rather than a scenario.
bool is_runbook(std::string_view text);

// The longest that it may take, with all waits for people.
int64_t takes_ms_max(const Runbook& runbook);

}  // namespace rehearse
