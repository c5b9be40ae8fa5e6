#include "engine/gaps.hpp"

#include "tests/unit/engine/fault_runner_fixture.hpp"

namespace rehearse {
namespace {

TEST(Gaps, ALookThatSeesItEndsNothingThatWasNeverOpen) {
  Gaps gaps(0);
  for (const int64_t at : {10, 20, 30}) gaps.look(true, at);
  gaps.end(40);
  EXPECT_EQ(gaps.count(), 0);
  EXPECT_EQ(gaps.sum_ns(), 0);
  EXPECT_FALSE(gaps.too_long());
}

TEST(Gaps, AGapReachesFromTheLastLookThatSawItToTheNext) {
  Gaps gaps(0);
  gaps.look(true, 100);
  gaps.look(false, 110);
  gaps.look(false, 115);
  gaps.look(true, 120);
  gaps.look(false, 390);
  gaps.end(400);
  EXPECT_EQ(gaps.count(), 2);
  EXPECT_EQ(gaps.sum_ns(), 20 + 280);
  EXPECT_TRUE(gaps.too_long());
}

TEST(Gaps, AShortOneOfALongFaultIsRecordedAndNoMore) {
  Gaps gaps(0);
  gaps.look(true, 100);
  gaps.look(false, 110);
  gaps.look(true, 150);
  gaps.look(true, 1'000);
  gaps.end(1'000);
  EXPECT_EQ(gaps.count(), 1);
  EXPECT_FALSE(gaps.too_long());
}

class GapRunnerTest : public ProcessFaultRunnerTest {
 protected:
  // Plays a fault to its end; somebody meddles after 0.3 s.
  FaultRecord play(const std::string& fault, const std::function<void()>& meddle,
                   int64_t for_ms = 2'500) {
    scenario_.timeline = {process(fault, for_ms)};
    auto& runner = begin();
    EXPECT_TRUE(soon([&] { return runner.records()[0].effective_ms.has_value(); }));
    ::usleep(300'000);
    if (meddle) meddle();
    runner.heal_rest();
    return runner.records()[0];
  }
  void expect_not_effective(const FaultRecord& record) {
    EXPECT_TRUE(record.effective_ms) << record.fault;
    EXPECT_NE(record.error.find("its effect had lapsed for up to"), std::string::npos)
        << record.fault << ": " << record.error;
    EXPECT_EQ(record.evidence.at("gaps"), "1");
    EXPECT_EQ(verdict("faults_effective", run()), Verdict::inconclusive);
  }
};

TEST_F(GapRunnerTest, WhoeverStartsWhatWasKilledEndsTheEffect) {
  const auto record = play("process_kill", [&] { (void)runtime_.start({"wallet-1"}); });
  expect_not_effective(record);
  EXPECT_GE(std::stoi(record.evidence.at("gaps_ms_at_most")), 1'000);
}

TEST_F(GapRunnerTest, WhoeverWakesWhatStandsStillEndsTheEffect) {
  expect_not_effective(play("process_pause", [&] { (void)runtime_.unpause({"wallet-1"}); }));
}

TEST_F(GapRunnerTest, ACutThatWasGoneIsAGapThoughTheNextRefreshBringsItBack) {
  const auto record = play(
      "edge_outage", [&] { (void)runtime_.uncut({"wallet-1"}, {everyone}); }, 6'000);
  expect_not_effective(record);
  EXPECT_LE(std::stoi(record.evidence.at("gaps_ms_at_most")), 4'500);
}

TEST_F(GapRunnerTest, WhatLastsHasNone) {
  const auto record = play("process_pause", nullptr);
  EXPECT_EQ(record.error, "");
  EXPECT_FALSE(record.evidence.contains("gaps"));
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::pass);
}

}  // namespace
}  // namespace rehearse
