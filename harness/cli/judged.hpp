// From a recorded run's folder to its report on the terminal and on disk.
#pragma once

#include <string>

#include "base/result.hpp"
#include "reports/report.hpp"

namespace rehearse {

// Reads the run, checks it, prints the result; writes the report's files too if asked.
ExitCode judge_and_report(const std::string& run_dir, bool write_files);

// report.json, report.html, report.md and junit.xml, in the run's folder.
Status write_report_files(const Report& report, const std::string& run_dir);

// Colors when standard output is a terminal and NO_COLOR is not set.
bool color_wanted();
int terminal_columns();

}  // namespace rehearse
