// From a recorded run to its verdict: what was found, how it stands to what the scenario expects,
// and what the run does not show. A pure function of the run: repeated offline it says the same.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "checks/check.hpp"
#include "checks/demand.hpp"
#include "checks/machine.hpp"
#include "checks/measures.hpp"
#include "checks/revenue_differences.hpp"
#include "record/run.hpp"

namespace rehearse {

struct ReportFinding {
  std::string severity;  // critical | major | minor | note
  std::string text;
  std::string check;  // or ""
};

struct Report {
  const Run* run = nullptr;
  std::vector<Finding> checks;
  std::vector<RtoRow> rto;
  std::vector<RpoRow> rpo;
  std::vector<SloRow> slo;
  std::vector<PnlRow> pnl;
  RevenueDifferences revenue_differences;
  LoadStats load;
  std::vector<MachinePhase> machine;
  std::vector<DemandPhase> demand;
  std::vector<ReportFinding> findings;
  std::vector<std::string> limits;    // what this run does not show
  std::vector<std::string> troubles;  // the run's own and those seen here; any = inconclusive
  Verdict verdict = Verdict::inconclusive;
  bool met = false;  // the verdict is what the scenario expects
};

// How many checks ended how; a pass with nothing at stake is counted as not exercised alone.
struct CheckCounts {
  int64_t pass = 0, not_exercised = 0, fail = 0, inconclusive = 0, not_applicable = 0;
};
CheckCounts counts_of(const Report& report);

// Runs the checks and measures and forms the verdict: fail if any check failed, else inconclusive
// if any was inconclusive or the run had troubles, else pass.
Report judge(const Run& run);

// 0 met, 1 failed, 2 inconclusive, 130 interrupted.
ExitCode exit_code_of(const Report& report);

// As report.json carries it: pass = it took effect and was healed, fail = it was not healed,
// inconclusive = it did not prove its effect.
Verdict verdict_of(const FaultRecord& fault);
// Of a runbook's step: fail = it was not done as it is written, inconclusive = it was not come to.
Verdict verdict_of(const StepRecord& step);
// What is wrong with a fault; empty = nothing.
std::string fault_trouble(const FaultRecord& fault);
// "pass", or for a canary "fail: no_duplicate_payouts".
std::string expectation_of(const Run& run);

// How one result stands to what the scenario expects: a canary is the other way round for the
// checks that it names, and indifferent to others that are red as well.
enum class Standing { as_expected, wrong, unsure, aside };
Standing standing_of(const Run& run, const Finding& check);
Standing standing_of(const Run& run, const FaultRecord& fault);

}  // namespace rehearse
