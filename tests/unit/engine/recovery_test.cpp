#include "engine/recovery.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "load/recent.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

constexpr int64_t zero_ns = 100 * ns_per_s;

// A load that was played already: its windows are read from its history, as in a run.
class PlayedLoad final : public Load {
 public:
  explicit PlayedLoad(const HistoryWriter& history) : history_(history) {}
  int64_t now_ns = zero_ns;

  LoadProgress progress() const override { return {}; }
  std::vector<Window> windows(const Span& span) const override {
    return windows_of(history_, span, now_ns);
  }
  Window window(const std::vector<OperationKind>&, int64_t, int64_t) const override { return {}; }
  int64_t play_next(const LoadPlan&) override { return 0; }
  std::shared_ptr<const EdgeTrial> try_edge(const Endpoint&) override { return nullptr; }
  void stop_arrivals() override {}
  LoadResult finish(int64_t) override { return {}; }

 private:
  const HistoryWriter& history_;
};

class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest() {
    history_ = std::move(*HistoryWriter::create(directory_ + "/history.bin", "k1", 1000, 1000));
    load_ = std::make_unique<PlayedLoad>(*history_);
  }

  void play(OperationKind kind, double at_s, Outcome outcome, int64_t latency_ms = 10) {
    Operation operation;
    operation.id = history_->operation_count();
    operation.kind = kind;
    operation.intended_ns = zero_ns + static_cast<int64_t>(at_s * ns_per_s);
    history_->add_operation(operation);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.number = 1;
    attempt.intended_ns = attempt.sent_ns = operation.intended_ns;
    attempt.answered_ns = attempt.sent_ns + latency_ms * ns_per_ms;
    attempt.outcome = outcome;
    history_->add_attempt(attempt);
  }
  // One each `every_s` from `from_s` on, before `to_s`.
  void play_well(OperationKind kind, double from_s, double to_s, double every_s) {
    for (double at_s = from_s; at_s < to_s; at_s += every_s) play(kind, at_s, Outcome::ok);
  }
  std::vector<std::string> not_recovered(double at_s) {
    load_->now_ns = zero_ns + static_cast<int64_t>(at_s * ns_per_s);
    const RecoveryWatch watch(*load_, zero_ns - 10 * ns_per_s, zero_ns);
    return watch.not_recovered(load_->now_ns);
  }

  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();

  std::unique_ptr<HistoryWriter> history_;
  std::unique_ptr<PlayedLoad> load_;
};

TEST_F(RecoveryTest, OfARareKindAsManyTellAsTheSteadyPhaseHad) {
  play_well(OperationKind::cancel, -8, 0, 6);  // two
  play(OperationKind::cancel, 1, Outcome::failed);
  play(OperationKind::cancel, 7, Outcome::ok);
  EXPECT_EQ(not_recovered(9), std::vector<std::string>{"cancel"});
  play(OperationKind::cancel, 13, Outcome::ok);
  EXPECT_TRUE(not_recovered(15).empty());
}

TEST_F(RecoveryTest, AFrequentKindIsWellAgainAfterFiveGoodSeconds) {
  play_well(OperationKind::bet, -10, 0, 0.1);
  for (double at_s = 0; at_s < 3; at_s += 0.1) play(OperationKind::bet, at_s, Outcome::failed);
  play_well(OperationKind::bet, 3, 20, 0.1);
  EXPECT_EQ(not_recovered(4), std::vector<std::string>{"bet"});
  EXPECT_EQ(not_recovered(8.5), std::vector<std::string>{"bet"});
  EXPECT_TRUE(not_recovered(9.5).empty());
}

TEST_F(RecoveryTest, ARareKindThatFailedIsWellOnlyAfterFiveGoodAttempts) {
  play_well(OperationKind::contact, -10, 0, 1.5);
  play(OperationKind::contact, 4, Outcome::failed);
  play_well(OperationKind::contact, 12, 40, 3);
  EXPECT_EQ(not_recovered(23), std::vector<std::string>{"contact"});  // of 12, 15, 18, 21
  EXPECT_TRUE(not_recovered(25.5).empty());                           // and 24
}

TEST_F(RecoveryTest, ARareKindThatNeverFailedIsNotWaitedFor) {
  play_well(OperationKind::cancel, -10, 0, 2);
  EXPECT_TRUE(not_recovered(10).empty());
}

TEST_F(RecoveryTest, OneSlowAnswerIsNoSlowness) {
  play_well(OperationKind::contact, -10, 0, 1.5);
  play_well(OperationKind::contact, 10, 16, 2);
  play(OperationKind::contact, 16, Outcome::ok, 900);
  play(OperationKind::contact, 17, Outcome::ok);
  EXPECT_TRUE(not_recovered(19).empty());
  play(OperationKind::contact, 18, Outcome::ok, 900);
  EXPECT_EQ(not_recovered(20), std::vector<std::string>{"contact"});
}

TEST_F(RecoveryTest, WhatTheSteadyPhaseDidNotPlayIsNotJudged) {
  play(OperationKind::payout, 1, Outcome::failed);
  EXPECT_TRUE(not_recovered(20).empty());
}

TEST_F(RecoveryTest, WhatWasGoodBeforeSaysNothingOfSince) {
  play_well(OperationKind::bet, -10, 30, 0.1);
  load_->now_ns = zero_ns + 30 * ns_per_s;
  const RecoveryWatch watch(*load_, zero_ns - 10 * ns_per_s, zero_ns);
  const auto since = [&](int64_t s) {
    return watch.not_recovered_since(zero_ns + s * ns_per_s, load_->now_ns);
  };
  EXPECT_TRUE(since(24).empty());
  EXPECT_EQ(since(25), std::vector<std::string>{"bet"});
}

}  // namespace
}  // namespace rehearse
