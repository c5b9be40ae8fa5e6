// The report.json files that somebody means by a path.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct FoundReport {
  std::string path;  // of the run's folder, or of the file where it lies by itself
  std::string text;
};

// A run's folder gives its report, a file itself, any other folder all reports in it, at any depth
// (runs' folders, or *.json as a repository keeps them), by path. Errors (usage): there is none.
Result<std::vector<FoundReport>> reports_in(const std::string& path);

}  // namespace rehearse
