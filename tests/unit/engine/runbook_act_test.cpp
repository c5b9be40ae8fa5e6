// A runbook as an entry of a timeline, carried out by the runner that carries out faults.
#include "engine/runbook_act.hpp"

#include <gmock/gmock.h>

#include "checks/verdict.hpp"
#include "tests/unit/engine/fault_runner_fixture.hpp"
#include "tests/unit/runbook/runbook_fixture.hpp"

namespace rehearse {
namespace {

class RunbookActTest : public FaultRunnerTest {
 protected:
  RunbookActTest() {
    runbooks_.by_name["x"] = *runbook_test::parse(runbook_test::good_text);
    runbooks_.people = runbook_test::people();
  }
  TimelineEntry book(bool test_keys) {
    auto made = entry("book", 20, std::nullopt);
    made.fault = runbook_fault;
    made.params["runbook"] = std::string("x");
    made.params["test_keys"] = test_keys;
    return made;
  }
  FaultRunner& begin() {
    const RunbookStage stage{runbooks_, dir_,
                             "run-1",   [this](const std::string&) { return make_hands(); },
                             recorder_, log_};
    runner_ = std::make_unique<FaultRunner>(
        scenario_, acts_of(fault_acts(runtime_, stack_, observer_), runbook_acts(stage)), *journal_,
        recorder_);
    const int64_t zero_ns = monotonic_ns();
    recorder_.set_zero(zero_ns);
    runner_->begin(zero_ns);
    return *runner_;
  }
  std::unique_ptr<StepHands> make_hands() {
    auto hands = std::make_unique<runbook_test::FakeHands>();
    hands->after = after_;
    return hands;
  }
  // What the checks say of what was recorded.
  Finding followed() {
    rehearse::Run run;
    run.id = "run-1";
    run.faults = runner_->records();
    run.runbook = log_.steps();
    for (const auto& check : all_checks())
      if (check.name == "runbook_followed") return check.examine(Joined(run));
    return {};
  }

  Runbooks runbooks_;
  RunbookLog log_;
  std::optional<std::string> after_;
};

TEST_F(RunbookActTest, IsPlayedAtItsTimeAndInForceOnceItHasEnded) {
  auto fault = entry("next", 0, 10);
  fault.after_id = "book";
  fault.after_event = "effective";
  scenario_.timeline = {book(true), fault};
  FaultRunner& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
  runner.heal_rest();
  const auto records = runner.records();
  EXPECT_EQ(records[0].fault, "runbook");
  EXPECT_EQ(records[0].target, "x");
  EXPECT_EQ(records[0].error, "");
  EXPECT_TRUE(records[0].disruptive);
  EXPECT_EQ(records[0].evidence.at("steps_done"), "2 of 2");
  EXPECT_EQ(verdict_of(records[0]), Verdict::pass);
  EXPECT_GE(records[1].injected_ms, records[0].effective_ms);
  ASSERT_EQ(log_.steps().size(), 2u);
  EXPECT_EQ(log_.steps()[0].approvals.size(), 2u);
  EXPECT_EQ(followed().verdict, Verdict::pass) << followed().summary;
  EXPECT_TRUE(read_unhealed(dir_ + "/faults.jsonl")->empty());
}

TEST_F(RunbookActTest, WithoutApprovalNothingIsDoneAndTheCheckIsRed) {
  runbooks_.by_name["x"].steps[0].approval.within_ms = 100;
  scenario_.timeline = {book(false)};
  FaultRunner& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
  EXPECT_EQ(log_.steps()[0].outcome, "unapproved");
  const Finding finding = followed();
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.witnesses.at(0), testing::HasSubstr("0 of 2 approvals by lead came"));
}

TEST_F(RunbookActTest, TheEndOfObservationInterruptsIt) {
  for (auto& step : runbooks_.by_name["x"].steps) step.deadline_ms = 60'000;
  after_ = "nobody leads";
  runbooks_.by_name["x"].steps[0].undo = {};
  scenario_.timeline = {book(true)};
  FaultRunner& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.records()[0].injected_ms.has_value(); }));
  const int64_t before_ns = monotonic_ns();
  runner.heal_rest();
  EXPECT_LT(monotonic_ns() - before_ns, 30 * ns_per_s);
  EXPECT_EQ(log_.steps()[0].outcome, "interrupted");
  EXPECT_EQ(followed().verdict, Verdict::inconclusive);
  EXPECT_NE(verdict_of(runner.records()[0]), Verdict::pass);
}

}  // namespace
}  // namespace rehearse
