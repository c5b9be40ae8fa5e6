// A folder of runs with the file of findings beside them: what `trend` and `calendar` look at.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "reports/trend.hpp"

namespace rehearse {

struct KnownRuns {
  std::string dir, findings_path;
  std::vector<TrendRun> runs;
  std::vector<KeptFinding> kept;
  std::vector<std::string> notes;  // what was left out, and why
};

// A file of findings that is not named may be missing. Errors (usage): no run is there, or that
// file is wrong.
Result<KnownRuns> known_runs(const std::string& dir, const std::string& findings_path);

}  // namespace rehearse
