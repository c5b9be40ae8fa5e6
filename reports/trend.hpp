// Many runs beside each other: how they went by month and quarter, and what they found, joined with
// what people say of it. One page of HTML, which needs nothing else.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/kept_finding.hpp"

namespace rehearse {

struct TrendRun {
  std::string path, id, scenario, tier, started, verdict, scenario_sha256;
  bool met = false;
  std::optional<double> outage_ms;  // the longest; null: none was measured
  bool open_at_end = false;         // then it lasted longer than that
  std::optional<int64_t> lost;      // acknowledged writes of the ledger; null: not measured
  // Checks that were red and not expected to be, with what they say; a canary that was not seen.
  std::vector<std::pair<std::string, std::string>> red;
};
// Errors (usage): no report of schema rehearse.report/1.
Result<TrendRun> trend_run_of(const std::string& path, std::string_view report_json);

enum class FindingState { open, waits, mended, again };
std::string_view name_of(FindingState state);

struct MergedFinding {
  KeptFinding kept;                         // its severity is `major` where nobody has said
  std::string text, first_seen, last_seen;  // of the runs; empty: none has shown it
  FindingState state = FindingState::open;
  bool is_kept = false;  // people know of it
  bool overdue = false;
};
// Of the runs and of people's file, by id. A run of its scenario that began on the day when it was
// mended or later is its retest: mended where the last one is green, again where it is not, waits
// where there is none. `today`: YYYY-MM-DD.
std::vector<MergedFinding> merge_findings(const std::vector<TrendRun>& runs,
                                          const std::vector<KeptFinding>& kept,
                                          const std::string& today);

// `folder`: of the page, so that runs in it are links.
void write_trend(std::ostream& out, std::vector<TrendRun> runs,
                 const std::vector<MergedFinding>& findings, const std::string& folder);

}  // namespace rehearse
