// The page of a trend: tables, and no script. Every word of a run or a file is escaped.
#pragma once

#include "reports/trend.hpp"

namespace rehearse {

// The runs by time, the latest first.
void write_trend_page(std::ostream& out, const std::vector<TrendRun>& runs,
                      const std::vector<MergedFinding>& findings, const std::string& folder);

}  // namespace rehearse
