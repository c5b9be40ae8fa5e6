// A recorded run: everything that the checks may see, as one plain value. It is read back from a
// run's folder as it was recorded, so checks can be repeated offline.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "record/backup_policy.hpp"
#include "record/history.hpp"
#include "record/retry_budget.hpp"
#include "record/runbook_record.hpp"
#include "record/tables.hpp"
#include "record/targets.hpp"
#include "record/timeline.hpp"

namespace rehearse {

// The state of the platform right before a fault, and at the end.
struct LoadFacts {
  int64_t scheduled = 0;             // arrivals of the schedule up to the end of arrivals
  int64_t not_sent = 0;              // scheduled but not sent (bounds reached)
  std::vector<int64_t> lateness_us;  // per arrival: actual send − intended send
};

struct Run {
  std::string id, scenario, title, tier, stack;
  std::string expect_text;  // as the report prints it; empty = made from expect_fail
  uint64_t seed = 0;
  int64_t started_wall_ns = 0, finished_wall_ns = 0, zero_wall_ns = 0;
  std::optional<double> stack_ready_ms;
  std::string scenario_sha256;
  std::string manifest_sha256;  // of the folder that it was read from; empty: it has no manifest
  std::map<std::string, std::string> versions, images;

  // On the run's clock, milliseconds from t = 0 (the steady phase is negative).
  double steady_from_ms = 0;         // start of the part of the steady phase used as baseline
  double arrivals_end_ms = 0;        // last arrival
  std::optional<double> drained_ms;  // null: the drain's deadline passed first
  std::optional<double> redundancy_restored_ms;
  bool observe_deadline_missed = false;
  bool interrupted = false;
  std::vector<std::string> troubles;  // what makes the run inconclusive, in words

  // expect: pass → empty; canary → the checks that must be red.
  std::vector<std::string> expect_fail;
  std::vector<std::string> checks;     // names to run; empty = all that the capabilities allow
  std::set<std::string> capabilities;  // of the stack
  std::vector<std::string> parts;      // of the stack that were raised; empty: it has none
  std::map<std::string, std::string> left_out;  // its other parts: what is otherwise without them

  Targets targets;
  RetryBudget retries;
  BackupPolicy backup_policy;
  LoadFacts load;
  std::optional<double> auto_rate_per_s;  // found by `rate: auto`; null: the scenario says its rate
  std::string auto_rate_why;
  std::vector<std::string> not_played;  // kinds that the profile has and the stack has no way for
  // Kinds that arrivals may become, by the plan of the load; null: an older run, which does not
  // say.
  std::optional<std::vector<std::string>> kinds_planned;
  History history;
  Books books;
  Books restored;  // the same tables, of the database that was restored last; none: nothing was
  bool table_top = false;  // people and the clock alone: no stack, no load, no faults
  bool audited = false;    // it has an audit trail (audit.hpp)
  std::string audit_key;   // public, whose signature that ends with; empty: nobody's
  std::vector<FaultRecord> faults;
  std::vector<StepRecord> runbook;  // of every runbook that was played, in the order of their ends
  std::vector<RoleChange> roles;
  std::vector<Event> events;
  // What healing left behind, in words; empty after a clean scan. null = not scanned.
  std::optional<std::vector<std::string>> residue;
};

// Where a restored database's books are put, within a run's folder.
inline constexpr const char* restored_folder = "restored";

// Run facts other than history, books, events and faults live in run.json of the run's folder.
// write_run leaves a history.bin that is already there (the load wrote it) as it is.
Status write_run(const std::string& dir, const Run& run);
Result<Run> read_run(const std::string& dir);

}  // namespace rehearse
