// Runs held against earlier ones, figure by figure: which are worse than chance explains. A run is
// one observation: what its players saw of one outage hangs together.
#pragma once

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "checks/rank_test.hpp"

namespace rehearse {

// What a comparison takes of one report.json; larger figures are worse.
struct RunFigures {
  std::string name, scenario, stack, scenario_sha256, verdict;
  std::map<std::string, double> figures;          // "rto az bet ms"; infinite: open at the end
  std::map<std::string, std::string> red_checks;  // with what they say; those of time excepted
};
// Errors (usage): no report of schema rehearse.report/1.
Result<RunFigures> figures_of(const std::string& name, std::string_view report_json);

enum class Change { none, regression, cannot_tell };

struct FigureChange {
  std::string figure;
  size_t runs = 0, baselines = 0;  // that have it
  double median = 0, baseline_median = 0;
  RankTest test;
  Change change = Change::none;
  std::optional<size_t> runs_needed;  // where it cannot tell
};

struct Comparison {
  std::string scenario;
  size_t runs = 0, baselines = 0;
  double alpha = 0.05, least_share = 0.05;
  std::vector<FigureChange> figures;           // by name; those alike everywhere are left out
  std::vector<std::string> violations, notes;  // checks that are red, and were in no baseline
};

// `only`: figures whose name begins so; empty: all. Regressions are told by Holm's procedure: all
// figures together err with `alpha` at most; what is larger by less than `least_share` of the
// baseline's median is none. Errors (usage): of another scenario or stack; nothing to compare.
struct CompareRules {
  double alpha = 0.05, least_share = 0.05;
  std::vector<std::string> only;
};
Result<Comparison> compare_runs(const std::vector<RunFigures>& runs,
                                const std::vector<RunFigures>& baselines,
                                const CompareRules& rules);

// 0: none is worse; 1: a regression, or a check newly red; 2: too few runs to tell.
ExitCode exit_code_of(const Comparison& comparison);
void write_comparison(std::ostream& out, const Comparison& comparison);

}  // namespace rehearse
