#include "runbook/player.hpp"

#include <gmock/gmock.h>

#include "base/clock.hpp"
#include "runbook_fixture.hpp"

namespace rehearse::runbook_test {
namespace {

using Lines = std::vector<std::string>;

// Signs as often as it is told, after so many looks.
class FakeApprover final : public Approver {
 public:
  int signatures = 2, looks_before = 0;
  double looks_ms = 0;  // of those looks, on the run's clock
  Status ask(const RunbookStep&, StepRecord&) override { return {}; }
  void look(const RunbookStep&, StepRecord& record) override {
    if (looks_before-- > 0) return void(looks_ms += 30'000);
    if (std::ssize(record.approvals) >= signatures) return;
    record.approvals.emplace_back().person = fmt::format("p{}", record.approvals.size());
  }
};

class PlayerTest : public RunbookTest {
 protected:
  std::vector<StepRecord> play() {
    const int64_t begun_ns = monotonic_ns();
    return play_runbook(
        {runbook_, "book", hands_, approver_,
         [begun_ns, this] {
           return double(monotonic_ns() - begun_ns) / ns_per_ms + approver_.looks_ms;
         },
         [this] { return cancelled_; },
         [this](const std::string& kind, const std::string& step, const std::string& what,
                const std::string&) { told_.push_back(kind + " " + step + " " + what); },
         2});
  }
  // A machine that is late has time enough, unless a test waits for the end of it.
  void hurry(int64_t deadline_ms) {
    for (RunbookStep& step : runbook_.steps) step.deadline_ms = deadline_ms;
    runbook_.steps[0].approval.within_ms = 100;
  }
  FakeHands hands_;
  FakeApprover approver_;
  bool cancelled_ = false;
  Lines told_;
};

TEST_F(PlayerTest, PlaysItsStepsInTheirOrderAndTimesThem) {
  const auto steps = play();
  EXPECT_EQ(hands_.calls, (Lines{"begin over", "give switchover", "begin look"}));
  EXPECT_EQ(told_, (Lines{"step book.over begun", "approval book.over asked",
                          "approval book.over signed", "approval book.over signed",
                          "step book.over done", "step book.look begun", "step book.look done"}));
  ASSERT_EQ(steps.size(), 2u);
  const StepRecord& over = steps[0];
  EXPECT_EQ(over.step, "book.over");
  EXPECT_EQ(over.outcome, "done");
  EXPECT_LE(over.begun_ms, over.asked_ms);
  EXPECT_LE(over.asked_ms, over.approved_ms);
  EXPECT_LE(over.approved_ms, over.acted_ms);
  EXPECT_LE(over.acted_ms, over.ended_ms);
  EXPECT_EQ(over.evidence.at("it"), "did");
  EXPECT_TRUE(over.disruptive && over.four_eyes);
  EXPECT_FALSE(steps[1].disruptive || steps[1].four_eyes);
  EXPECT_DOUBLE_EQ(steps[1].planned_ms, over.planned_ms + 20'000 + 30'000);
  EXPECT_EQ(steps[1].outcome, "done");
}

TEST_F(PlayerTest, TellsWhatWasSent) {
  runbook_.steps[0].action = {"message", {{"template", "regulator-initial"}}};
  play();
  EXPECT_THAT(told_, testing::Contains("message book.over sent"));
}

TEST_F(PlayerTest, TheWaitForPeopleIsNotOfTheStepsOwnTime) {
  hurry(60'000);
  runbook_.steps[0].approval.within_ms = 300'000;
  approver_.looks_before = 3;  // longer than the step may take
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "done") << steps[0].error;
  EXPECT_GT(waited_ms(steps[0]), 89'999);
  EXPECT_LT(took_ms(steps[0]), 60'000);
}

TEST_F(PlayerTest, ApprovalThatDoesNotComeEndsItBeforeAnythingIsDone) {
  hurry(60'000);
  approver_.signatures = 1;
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "unapproved");
  EXPECT_EQ(steps[0].error, "1 of 2 approvals by lead came");
  EXPECT_GT(waited_ms(steps[0]), 99);
  EXPECT_FALSE(steps[0].acted_ms);
  EXPECT_EQ(steps[0].undone, "");
  EXPECT_EQ(hands_.calls, Lines{"begin over"});
  EXPECT_EQ(steps[1].outcome, "not_begun");
  EXPECT_FALSE(steps[1].begun_ms);
}

TEST_F(PlayerTest, WhatDoesNotHoldBeforeIsNotBegun) {
  hurry(100);
  hands_.before = "wallet-1 is gone";
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "unready");
  EXPECT_EQ(steps[0].error, "wallet-1 is gone");
  EXPECT_EQ(hands_.calls, Lines{"begin over"});
}

TEST_F(PlayerTest, AStepThatFailsIsUndoneAndTheRestIsNotBegun) {
  hurry(100);
  runbook_.steps[0].approval.within_ms = 60'000;
  hands_.refuses = true;
  auto steps = play();
  EXPECT_EQ(steps[0].outcome, "failed");
  EXPECT_EQ(steps[0].error, "it says no");
  EXPECT_EQ(steps[0].undone, "not: it says no");
  ASSERT_GT(hands_.calls.size(), 3u) << "it was refused once, and had time left";
  hands_.calls.resize(3);
  EXPECT_EQ(hands_.calls, (Lines{"begin over", "give switchover", "give lead_back"}));
  EXPECT_EQ(steps[1].outcome, "not_begun");
}

TEST_F(PlayerTest, AnUndoThatIsRefusedIsGivenAgain) {
  hands_.refusals = 3;
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "failed");
  EXPECT_EQ(steps[0].undone, "by lead_back");
  EXPECT_EQ(hands_.calls, (Lines{"begin over", "give switchover", "give lead_back",
                                 "give lead_back", "give lead_back"}));
}

TEST_F(PlayerTest, AStepThatDoesNotShowInTimeIsLateAndUndone) {
  hurry(100);
  runbook_.steps[0].approval.within_ms = 60'000;
  hands_.after = "nobody leads";
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "late");
  EXPECT_EQ(steps[0].error, "nobody leads");
  EXPECT_EQ(steps[0].undone, "by lead_back");
  EXPECT_GT(took_ms(steps[0]), 99);
}

TEST_F(PlayerTest, ProofAfterTheDeadlineIsLate) {
  hurry(100);
  runbook_.steps[0].approval.within_ms = 60'000;
  hands_.giving_takes_ms = 300;
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "late");
  EXPECT_THAT(steps[0].error, testing::HasSubstr("after its deadline"));
}

TEST_F(PlayerTest, AnActionThatIsNotSeenIsNotDone) {
  hurry(100);
  runbook_.steps[0].approval.within_ms = 60'000;
  hands_.sees = false;
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "late");
  EXPECT_EQ(steps[0].error, "switchover was given and is not seen");
  EXPECT_EQ(steps[0].undone, "not: lead_back was given and is not seen");
}

TEST_F(PlayerTest, WhatIsInterruptedSaysSo) {
  cancelled_ = true;
  hands_.after = "nobody leads";
  const auto steps = play();
  EXPECT_EQ(steps[0].outcome, "interrupted");
  EXPECT_FALSE(steps[0].acted_ms);
  EXPECT_EQ(steps[1].outcome, "not_begun");
}

}  // namespace
}  // namespace rehearse::runbook_test
