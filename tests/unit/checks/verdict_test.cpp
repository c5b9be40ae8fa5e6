#include "checks/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

TEST(Judge, HonestRunPasses) {
  const RecordedRun run = honest_run();
  const Report report = judge(run);
  EXPECT_EQ(report.verdict, Verdict::pass);
  EXPECT_TRUE(report.met);
  EXPECT_EQ(exit_code_of(report), ExitCode::expected);
  EXPECT_FALSE(report.limits.empty());
}

TEST(Judge, FailureBeatsInconclusive) {
  RecordedRun run = honest_run();
  run.drained_ms.reset();
  EXPECT_EQ(judge(run).verdict, Verdict::inconclusive);
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::inconclusive);
  run.targets.rto_ms["bet"] = 1000;
  EXPECT_EQ(judge(run).verdict, Verdict::fail);
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::failed);
}

TEST(Judge, AFaultWithoutEffectIsInconclusiveWhateverIsChecked) {
  for (const std::vector<std::string>& checks :
       {std::vector<std::string>{}, std::vector<std::string>{"ledger_balanced"}}) {
    RecordedRun run = honest_run();
    run.checks = checks;
    EXPECT_EQ(exit_code_of(judge(run)), ExitCode::expected);
    run.faults[0].effective_ms.reset();
    EXPECT_EQ(judge(run).verdict, Verdict::inconclusive);
    EXPECT_EQ(exit_code_of(judge(run)), ExitCode::inconclusive);
    EXPECT_EQ(verdict_of(run.faults[0]), Verdict::inconclusive);
  }
}

TEST(Judge, AFaultThatWasNotHealedIsNeverAPass) {
  RecordedRun run = honest_run();
  run.faults[0].healed_ms.reset();
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::failed);
  run.checks = {"ledger_balanced", "rto"};
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::inconclusive);
  EXPECT_EQ(judge(run).troubles,
            std::vector<std::string>{"az zone_loss on az-1 (postgres.primary): it was not healed"});
  run.checks.clear();
  run.expect_fail = {"rto"};
  run.targets.rto_ms["bet"] = 1000;
  EXPECT_FALSE(judge(run).met);
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::inconclusive);
}

TEST(Judge, SteadyMustBeSteady) {
  RecordedRun run = honest_run();
  for (size_t i = 0; i < 40; ++i) run.history.attempts[i * 3].outcome = Outcome::failed;
  const Report report = judge(run);
  ASSERT_FALSE(report.troubles.empty());
  EXPECT_THAT(report.troubles[0], testing::HasSubstr("steady was not steady"));
  EXPECT_FALSE(report.met);
}

TEST(Judge, SaysThatTheMachineHadNoProcessorToSpare) {
  RecordedRun run = honest_run();
  const auto said = testing::Contains(
      testing::Field(&ReportFinding::text, testing::HasSubstr("were idle for 4% of the steady")));
  EXPECT_THAT(judge(run).findings, testing::Not(said));  // it is not known
  const auto idle = [&run](int64_t percent) {
    run.books.machine = {{-500, 1'000'000, 0, percent * 10'000, 0, 0}};
  };
  idle(4);
  EXPECT_THAT(judge(run).findings, said);
  EXPECT_TRUE(judge(run).met);
  idle(10);
  EXPECT_EQ(judge(run).findings.size(), judge(honest_run()).findings.size());
}

TEST(Judge, ALedgerThatNobodyExaminedIsNoPass) {
  RecordedRun run = honest_run();
  run.capabilities.clear();
  EXPECT_EQ(judge(run).verdict, Verdict::inconclusive);
  run.checks = {"healed"};  // it was not asked for
  EXPECT_EQ(judge(run).verdict, Verdict::pass);
}

TEST(Judge, Canary) {
  RecordedRun run = honest_run();
  run.expect_fail = {"rto"};
  EXPECT_FALSE(judge(run).met);  // green, so it proves nothing
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::failed);
  run.targets.rto_ms["bet"] = 1000;
  EXPECT_TRUE(judge(run).met);
  EXPECT_EQ(judge(run).verdict, Verdict::fail);
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::expected);
  run.residue.reset();  // now something is inconclusive
  EXPECT_FALSE(judge(run).met);
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::inconclusive);
  run.interrupted = true;
  EXPECT_EQ(exit_code_of(judge(run)), ExitCode::interrupted);
}

}  // namespace
}  // namespace rehearse
