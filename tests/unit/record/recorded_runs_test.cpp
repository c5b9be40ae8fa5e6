// Runs that were recorded before today's code stay readable, and are judged as they were then. They
// are kept as they came from the real stack, small: one that passed, one that failed.
#include <gtest/gtest.h>

#include <set>

#include "checks/verdict.hpp"
#include "record/run.hpp"

namespace rehearse {
namespace {

Run recorded(const std::string& name) {
  const auto run = read_run(std::string(REHEARSE_SOURCE_DIR) + "/tests/data/runs/" + name);
  EXPECT_TRUE(run) << run.error().message;
  return run ? *run : Run{};
}

std::set<std::string> checks_with(const Report& report, Verdict verdict) {
  std::set<std::string> names;
  for (const Finding& check : report.checks)
    if (check.verdict == verdict) names.insert(check.check);
  return names;
}

TEST(RecordedRuns, AnOlderPassIsReadAndStillPasses) {
  const auto run = recorded("pass");
  const Report report = judge(run);
  EXPECT_EQ(report.verdict, Verdict::pass);
  EXPECT_EQ(exit_code_of(report), ExitCode::expected);
  EXPECT_EQ(checks_with(report, Verdict::not_applicable), std::set<std::string>{"rto"});
  EXPECT_GT(checks_with(report, Verdict::pass).size(), 25U);
}

TEST(RecordedRuns, AnOlderFailIsReadAndStillFailsForTheSameReason) {
  const auto run = recorded("fail");
  const Report report = judge(run);
  EXPECT_EQ(report.verdict, Verdict::fail);
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
  EXPECT_EQ(checks_with(report, Verdict::fail), (std::set<std::string>{"alerts_fired", "rto"}));
}

}  // namespace
}  // namespace rehearse
