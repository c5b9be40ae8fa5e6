// What a recorded report.json says otherwise than the verdict that is computed today from the same
// run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/verdict.hpp"

namespace rehearse {

struct ReportDifferences {
  int64_t compared = 0;            // figures and words
  std::vector<std::string> found;  // /checks/"rto"/violations: 0, recomputed 2
};

// Of the verdict, checks, recovery, loss, service levels and revenue. What an older report did not
// have yet is no difference. Errors (usage): it is no report of schema rehearse.report/1.
Result<ReportDifferences> differences_from(std::string_view recorded_json, const Report& report);

}  // namespace rehearse
