#include "reports/junit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "../checks/synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Kind = JunitCase::Kind;

// The case of that name; fails the test where there is none.
JunitCase case_of(const RecordedRun& run, const std::string& name) {
  const JunitSuite suite = junit_suite(judge(run), "runs/x");
  const auto found = std::ranges::find(suite.cases, name, &JunitCase::name);
  EXPECT_NE(found, suite.cases.end()) << name;
  return found == suite.cases.end() ? JunitCase{} : *found;
}

bool is_red(const RecordedRun& run) {
  const JunitSuite suite = junit_suite(judge(run), "");
  return std::ranges::any_of(suite.cases, [](const JunitCase& one) {
    return one.kind == Kind::failure || one.kind == Kind::error;
  });
}

TEST(Junit, AFailingCheckIsAFailureWithItsWitnesses) {
  RecordedRun run = honest_run();
  run.targets.rto_ms["bet"] = 1000;
  const JunitCase one = case_of(run, "check rto");
  EXPECT_EQ(one.kind, Kind::failure);
  EXPECT_THAT(one.lines, testing::Contains(testing::HasSubstr("bet after az: out for 2.9 s")));
  EXPECT_EQ(case_of(honest_run(), "check rto").kind, Kind::passed);
}

TEST(Junit, ACanaryIsTheOtherWayRound) {
  RecordedRun run = honest_run();
  run.expect_fail = {"rto"};
  EXPECT_EQ(case_of(run, "check rto").kind, Kind::failure);
  EXPECT_THAT(case_of(run, "check rto").message, testing::HasSubstr("must be red"));
  EXPECT_EQ(case_of(run, "check rpo").kind, Kind::passed);
  run.targets.rto_ms["bet"] = 1000;
  EXPECT_EQ(case_of(run, "check rto").kind, Kind::passed);
  run.books.ledger_entries->pop_back();
  EXPECT_EQ(case_of(run, "check ledger_balanced").kind, Kind::skipped);  // red, but not named
}

TEST(Junit, InconclusiveIsAnErrorAndNotApplicableIsSkipped) {
  RecordedRun run = honest_run();
  run.residue.reset();
  EXPECT_EQ(case_of(run, "check healed").kind, Kind::error);
  run.capabilities.erase("ledger_chain");
  EXPECT_EQ(case_of(run, "check ledger_chain").kind, Kind::skipped);
  run.expect_fail = {"ledger_chain"};
  EXPECT_EQ(case_of(run, "check ledger_chain").kind, Kind::failure);
}

TEST(Junit, AFaultWithoutEffectIsAnErrorAndOneNotHealedAFailure) {
  RecordedRun run = honest_run();
  EXPECT_EQ(case_of(run, "fault az zone_loss (az-1 (postgres.primary))").kind, Kind::passed);
  run.faults[0].effective_ms.reset();
  const JunitCase one = case_of(run, "fault az zone_loss (az-1 (postgres.primary))");
  EXPECT_EQ(one.kind, Kind::error);
  EXPECT_EQ(one.message, "it did not take effect");
  run = honest_run();
  run.faults[0].healed_ms.reset();
  const JunitCase left = case_of(run, "fault az zone_loss (az-1 (postgres.primary))");
  EXPECT_EQ(left.kind, Kind::failure);
  EXPECT_EQ(left.message, "it was not healed");
}

// What the exit code says and what junit.xml shows must never differ.
TEST(Junit, IsRedExactlyWhenTheRunIsNotAsExpected) {
  const auto agrees = [](const RecordedRun& run) { return is_red(run) == !judge(run).met; };
  RecordedRun run = honest_run();
  EXPECT_TRUE(agrees(run) && !is_red(run));
  run.interrupted = true;
  EXPECT_TRUE(agrees(run) && is_red(run));
  run = honest_run();
  run.drained_ms.reset();
  EXPECT_TRUE(agrees(run) && is_red(run));
  run = honest_run();
  run.checks = {"ledger_chain"};
  run.capabilities.clear();
  EXPECT_TRUE(agrees(run) && is_red(run));
  run = honest_run();
  run.expect_fail = {"rto"};
  EXPECT_TRUE(agrees(run) && is_red(run));
  run.targets.rto_ms["bet"] = 1000;
  EXPECT_TRUE(agrees(run) && !is_red(run));
  RecordedRun canary = run;
  run.faults[0].effective_ms.reset();  // a canary whose fault had no effect
  EXPECT_TRUE(agrees(run) && is_red(run));
  canary.faults[0].healed_ms.reset();
  EXPECT_TRUE(agrees(canary) && is_red(canary));
  run = honest_run();
  run.checks = {"ledger_balanced"};  // nobody asks whether the fault had an effect or was healed
  EXPECT_TRUE(agrees(run) && !is_red(run));
  run.faults[0].effective_ms.reset();
  EXPECT_TRUE(agrees(run) && is_red(run));
  run = honest_run();
  run.checks = {"ledger_balanced"};
  run.faults[0].healed_ms.reset();
  EXPECT_TRUE(agrees(run) && is_red(run));
  EXPECT_TRUE(agrees(RecordedRun{}) && is_red(RecordedRun{}));
}

TEST(Junit, FiguresAreProperties) {
  const JunitSuite suite = junit_suite(judge(honest_run()), "");
  const auto value = [&suite](const std::string& name) {
    for (const auto& [key, text] : suite.properties)
      if (key == name) return text;
    return std::string("(none)");
  };
  EXPECT_EQ(value("rto.az.bet.target_ms"), "10000.0");
  EXPECT_NE(value("rto.az.bet.measured_ms"), "(none)");
  EXPECT_EQ(value("rpo.ledger.lost_count"), "0");
  EXPECT_EQ(value("rpo.reporting.target_ms"), "900000.0");
  EXPECT_EQ(value("rpo.reporting.lost_count"), "(none)");  // not measured: never 0
}

TEST(Junit, CountsAndEscapes) {
  JunitSuite suite;
  suite.name = "a<b>&\"c\"";
  suite.cases = {{Kind::passed, "ok", "", {}, std::nullopt},
                 {Kind::failure, "bad", "first\nsecond\x01", {"x < y", "\xFF"}, 1.5},
                 {Kind::error, "?", "who knows", {}, std::nullopt},
                 {Kind::skipped, "-", "not here", {}, std::nullopt}};
  std::ostringstream out;
  write_junit(out, "all", {suite, suite});
  const std::string text = out.str();
  // As the schemas of the readers have it: of all suites nobody knows `skipped`.
  EXPECT_THAT(text, testing::HasSubstr("<testsuites name=\"all\" tests=\"8\" failures=\"2\" "
                                       "errors=\"2\" time=\"0.000\">"));
  EXPECT_THAT(text, testing::HasSubstr(" skipped=\"1\">\n    <testcase"));
  EXPECT_THAT(text, testing::HasSubstr("<testsuite name=\"a&lt;b&gt;&amp;&quot;c&quot;\""));
  EXPECT_THAT(text, testing::HasSubstr("message=\"first&#10;second\xEF\xBF\xBD\""));
  EXPECT_THAT(text, testing::HasSubstr(">x &lt; y\n\xEF\xBF\xBD</failure>"));
  EXPECT_THAT(text, testing::HasSubstr("time=\"1.500\""));
}

}  // namespace
}  // namespace rehearse
