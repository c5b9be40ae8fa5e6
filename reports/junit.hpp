// JUnit XML as a plain value: what one scenario comes to, so that a suite can join several.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "reports/report.hpp"

namespace rehearse {

struct JunitCase {
  enum class Kind { passed, failure, error, skipped };
  Kind kind = Kind::passed;
  std::string name;
  std::string message;             // one line; of a failure, an error or what was skipped
  std::vector<std::string> lines;  // what else there is to say
  std::optional<double> time_s;
};

struct JunitSuite {
  std::string name;  // ci/zone-loss: also the classname of its cases
  int64_t started_wall_ns = 0;
  std::optional<double> time_s;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;
  std::string run_dir;  // shown as its output; empty = there is none
};

// A case for the run itself, one for each fault and one for each check. Any failure or error in
// there, and only then, means that the run is not as expected.
JunitSuite junit_suite(const Report& report, const std::string& run_dir);

void write_junit(std::ostream& out, const std::string& name, const std::vector<JunitSuite>& suites);

}  // namespace rehearse
