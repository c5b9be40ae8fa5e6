#include "reports/suite_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "../checks/synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

void compare_suite_with_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(REHEARSE_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("REHEARSE_APPROVE") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path << " (REHEARSE_APPROVE=1 rewrites it)";
}

// One of each: as expected, failed, ended with an error, and not run.
SuiteReport mixed_suite() {
  SuiteReport suite;
  suite.name = "ci";
  suite.title = "What every change must pass";
  suite.dir = "/runs/20260131T120000Z-suite-ci";
  RecordedRun run = honest_run();
  suite.rows.push_back(suite_row("ci/zone-loss", judge(run), suite.dir + "/" + run.id));
  suite.rows.back().length_ms = 131'000;
  run.targets.rto_ms["bet"] = 1000;
  run.expect_fail = {"rpo"};
  suite.rows.push_back(suite_row("canary/loss", judge(run), suite.dir + "/" + run.id));
  suite.rows.back().length_ms = 99'500;
  suite.rows.back().note = "on a fresh stack: wallet-2 is still cut off";
  suite.rows.push_back(
      suite_row("ci/other", Error{ExitCode::machine, "the stack did not become whole"}, true));
  suite.rows.back().length_ms = 120'000;
  suite.rows.push_back(
      suite_row("ci/last", Error{ExitCode::interrupted, "the suite was interrupted"}, false));
  return suite;
}

std::string written(void (*write)(std::ostream&, const SuiteReport&)) {
  std::ostringstream out;
  write(out, mixed_suite());
  return out.str();
}

TEST(SuiteReport, MatchesGolden) {
  std::ostringstream terminal;
  write_suite_terminal(terminal, mixed_suite(), false);
  compare_suite_with_golden("suite.txt", terminal.str());
  compare_suite_with_golden("suite.md", written(write_suite_markdown));
  compare_suite_with_golden("suite.xml", written(write_suite_junit));
}

TEST(SuiteReport, ExitsWithTheWorstOfItsScenarios) {
  SuiteReport suite = mixed_suite();
  EXPECT_EQ(exit_code_of(suite), ExitCode::interrupted);
  suite.rows.pop_back();
  EXPECT_EQ(exit_code_of(suite), ExitCode::machine);
  suite.rows.pop_back();
  EXPECT_EQ(exit_code_of(suite), ExitCode::failed);
  suite.rows.pop_back();
  EXPECT_EQ(exit_code_of(suite), ExitCode::expected);
  suite.rows.pop_back();
  EXPECT_EQ(exit_code_of(suite), ExitCode::bug);  // nothing was rehearsed
}

TEST(SuiteReport, AScenarioThatDidNotRunIsAnErrorInJunit) {
  const std::string junit = written(write_suite_junit);
  EXPECT_THAT(junit, testing::HasSubstr("<error message=\"not run: the suite was interrupted\" "
                                        "type=\"inconclusive\"/>"));
  EXPECT_THAT(junit, testing::HasSubstr("<error message=\"the stack did not become whole\" "
                                        "type=\"inconclusive\"/>"));
}

TEST(SuiteReport, ColoursOnlyWhenAskedFor) {
  std::ostringstream plain, coloured;
  write_suite_terminal(plain, mixed_suite(), false);
  write_suite_terminal(coloured, mixed_suite(), true);
  EXPECT_EQ(plain.str().find('\x1b'), std::string::npos);
  EXPECT_NE(coloured.str().find("\x1b[31m"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
