// What a suite comes to: a row for each of its scenarios, one exit code, and its three formats.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "reports/junit.hpp"

namespace rehearse {

struct SuiteRow {
  std::string scenario;  // ci/zone-loss
  ExitCode exit = ExitCode::bug;
  Verdict verdict = Verdict::not_applicable;  // of what was rehearsed
  bool begun = true, rehearsed = false;       // rehearsed: there is a report
  bool met = false;
  std::string expectation;
  std::string bet_rto = "–", rpo = "–";
  std::optional<double> length_ms;  // with raising or resetting the stack
  std::string run_dir;              // empty = none
  std::string why;                  // of an error, or why it was not run
  std::string note;                 // what else must not be missed: a fresh stack, and why
  JunitSuite junit;
};

struct SuiteReport {
  std::string name, title, dir;
  std::vector<SuiteRow> rows;  // in the order in which they were played
};

// The row of a recorded run, without its length and note.
SuiteRow suite_row(const std::string& scenario, const Report& report, const std::string& run_dir);
// The row of a scenario without a report. `begun`: it ended with an error, else it was not run.
SuiteRow suite_row(const std::string& scenario, const Error& why, bool begun);

// The worst of its scenarios; a suite without any is a bug.
ExitCode exit_code_of(const SuiteReport& suite);

void write_suite_terminal(std::ostream& out, const SuiteReport& suite, bool color);
void write_suite_markdown(std::ostream& out, const SuiteReport& suite);
void write_suite_junit(std::ostream& out, const SuiteReport& suite);

}  // namespace rehearse
