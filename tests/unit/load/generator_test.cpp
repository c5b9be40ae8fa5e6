#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <thread>

#include "base/clock.hpp"
#include "load/load.hpp"
#include "tests/unit/base/soon.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/load/fake_casino.hpp"

namespace rehearse {
namespace {

using test::Asked;
using test::FakeCasino;
using test::Reply;
using Act = std::function<void()>;

// One weight of 1 = arrivals of one kind only.
LoadProfile only(OperationKind kind) {
  LoadProfile profile;
  profile.name = "test";
  profile.settle_after_ms = 30;
  profile.weight(kind) = 1;
  return profile;
}

LoadProfile bets_that_win() {
  LoadProfile profile = only(OperationKind::bet);
  profile.win_share = 1;
  return profile;
}

class GeneratorTest : public testing::Test {
 protected:
  // Plays for the plan's length and `pause_ms` more, drains, and reads the history.
  void play(const LoadProfile& profile, double rate_per_s, int64_t length_ms,
            const std::vector<Endpoint>& edges, int64_t pause_ms = 100, int64_t drain_ms = 20'000) {
    const std::string path = directory_ + "/history.bin";
    auto writer = HistoryWriter::create(path, "k7", 20'000, 40'000);
    ASSERT_TRUE(writer) << writer.error().message;
    const LoadPlan plan{profile, {{length_ms, rate_per_s, false}}, 8, 7, length_ms};
    auto load = Load::start(plan, {"", edges}, **writer);
    ASSERT_TRUE(load) << load.error().message;
    std::this_thread::sleep_for(std::chrono::milliseconds(length_ms + pause_ms));
    const int64_t now_ns = monotonic_ns();
    const int64_t from_ns = now_ns - 60 * ns_per_s;
    windows_ = (*load)->windows({from_ns, now_ns, 0, from_ns});
    both_ =
        (*load)->window({OperationKind::bet, OperationKind::win}, now_ns - 60 * ns_per_s, now_ns);
    result_ = (*load)->finish(monotonic_ns() + drain_ms * ns_per_ms);
    progress_ = (*load)->progress();
    ASSERT_TRUE((*writer)->close());
    auto history = read_history(path);
    ASSERT_TRUE(history) << history.error().message;
    history_ = std::move(*history);
    attempts_ = attempts_by_operation(history_);
  }

  Outcome outcome(const Operation& operation) const { return outcome_of(attempts_[operation.id]); }
  int64_t count(OperationKind kind) const {
    return std::ranges::count(history_.operations, kind, &Operation::kind);
  }
  void expect_all(Outcome expected) const {
    for (const Operation& operation : history_.operations) {
      EXPECT_EQ(outcome(operation), expected) << operation.id;
    }
  }

  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();

  std::vector<Load::Window> windows_;
  Load::Window both_;  // bets and wins
  LoadResult result_;
  LoadProgress progress_;
  History history_;
  std::vector<std::vector<const Attempt*>> attempts_;
};

TEST_F(GeneratorTest, SendsAShareAgainUnderTheSameKey) {
  FakeCasino casino;
  LoadProfile profile = only(OperationKind::bet);
  profile.resent_share = 1;
  play(profile, 100, 500, {casino.endpoint()}, 1'500);
  EXPECT_TRUE(result_.drained);
  EXPECT_EQ(progress_.ok, result_.scheduled);  // sent again is not counted again
  expect_all(Outcome::ok);
  int64_t resent = 0;
  for (const auto& attempts : attempts_) {
    ASSERT_LE(attempts.size(), 2u);
    if (attempts.size() < 2) continue;  // its time would have come after the end
    ++resent;
    EXPECT_EQ(attempts[1]->number, 2u);
    EXPECT_EQ(attempts[1]->outcome, Outcome::ok);
    EXPECT_EQ(attempts[1]->replay, 1);
    EXPECT_EQ(attempts[1]->seq, attempts[0]->seq);
    EXPECT_GE(attempts[1]->sent_ns, attempts[0]->answered_ns);
  }
  EXPECT_GT(resent, 5);
  EXPECT_LT(resent, result_.scheduled);
}

TEST_F(GeneratorTest, ASecondSendingThatFailsChangesNothing) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (asked.count == 1) return std::nullopt;
    return Reply{Reply::How::close, 0, ""};
  });
  LoadProfile profile = only(OperationKind::bet);
  profile.resent_share = 1;
  play(profile, 100, 500, {casino.endpoint()}, 1'500);
  EXPECT_EQ(progress_.ok, result_.scheduled);
  expect_all(Outcome::ok);
  const bool one_failed = std::ranges::any_of(attempts_, [](const auto& attempts) {
    return attempts.size() == 2 && attempts[1]->outcome == Outcome::unknown;
  });
  EXPECT_TRUE(one_failed);
  for (const auto& attempts : attempts_) EXPECT_LE(attempts.size(), 2u);  // it is not tried again
}

TEST_F(GeneratorTest, PlaysBetsAndWins) {
  FakeCasino casino;
  play(bets_that_win(), 200, 600, {casino.endpoint()});
  EXPECT_TRUE(result_.drained);
  EXPECT_GT(result_.scheduled, 60);
  EXPECT_EQ(result_.not_sent, 0);
  EXPECT_EQ(result_.scheduled, static_cast<int64_t>(history_.operations.size()));
  EXPECT_EQ(result_.lateness_us.size(), history_.operations.size());
  expect_all(Outcome::ok);
  // Those whose bet was still under way, many on a slow machine, may be rollbacks instead.
  EXPECT_GT(count(OperationKind::win), 0);
  int64_t last_ns = 0;
  for (const Operation& operation : history_.operations) {
    ASSERT_EQ(attempts_[operation.id].size(), 1u);
    const Attempt& attempt = *attempts_[operation.id][0];
    EXPECT_EQ(attempt.number, 1u);
    EXPECT_EQ(attempt.intended_ns, operation.intended_ns);
    EXPECT_GE(attempt.sent_ns, attempt.intended_ns);
    EXPECT_GT(attempt.answered_ns, attempt.sent_ns);
    EXPECT_EQ(attempt.version, 7);
    EXPECT_EQ(attempt.epoch, 2u);
    EXPECT_GE(operation.intended_ns, last_ns);
    last_ns = operation.intended_ns;
    if (operation.kind == OperationKind::win) {
      EXPECT_EQ(history_.operations[operation.related].round, operation.round);
      EXPECT_EQ(attempt.amount_minor, operation.amount_minor);
    }
  }
  EXPECT_EQ(result_.last_arrival_ns, last_ns);
  EXPECT_EQ(progress_.ok, result_.scheduled);
  EXPECT_EQ(progress_.in_flight, 0);
  const auto bets = windows_[static_cast<size_t>(OperationKind::bet)];
  // On a slow machine the first are over by more than the window looks back.
  EXPECT_GT(bets.attempts, 0);
  EXPECT_LE(bets.attempts, count(OperationKind::bet));
  EXPECT_EQ(bets.succeeded, bets.attempts);
  EXPECT_GT(bets.p95_ms, 0);
  const auto wins = windows_[static_cast<size_t>(OperationKind::win)];
  EXPECT_GT(wins.attempts, 0);
  EXPECT_EQ(both_.attempts, bets.attempts + wins.attempts);
  EXPECT_EQ(both_.succeeded, bets.succeeded + wins.succeeded);
  EXPECT_GE(both_.p95_ms, std::min(bets.p95_ms, wins.p95_ms));
}

TEST_F(GeneratorTest, RetriesUnderTheSameKeyWhileThePlatformSaysFailed) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (asked.count > 2) return std::nullopt;
    return Reply{Reply::How::answer, 503, R"({"outcome":"failed","reason":"not_writer"})"};
  });
  play(only(OperationKind::bet), 40, 500, {casino.endpoint()});
  EXPECT_TRUE(result_.drained);
  ASSERT_GT(history_.operations.size(), 5u);
  expect_all(Outcome::ok);
  for (const auto& tries : attempts_) {
    ASSERT_EQ(tries.size(), 3u);
    EXPECT_EQ(tries[0]->outcome, Outcome::failed);
    EXPECT_STREQ(tries[0]->reason, "not_writer");
    EXPECT_EQ(tries[2]->outcome, Outcome::ok);
    EXPECT_EQ(tries[2]->number, 3u);
    EXPECT_GE(tries[1]->intended_ns, tries[0]->answered_ns);
  }
  std::set<std::string> bodies;
  for (const Asked& asked : casino.asked()) bodies.insert(asked.body);
  EXPECT_EQ(bodies.size(), history_.operations.size());  // each try the same, byte for byte
}

TEST_F(GeneratorTest, AsksAgainNoSoonerThanItIsTold) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (asked.count > 1) return std::nullopt;
    return Reply{Reply::How::answer, 503, R"({"outcome":"failed","reason":"overloaded"})",
                 "Retry-After: 1\r\n"};
  });
  play(only(OperationKind::bet), 20, 300, {casino.endpoint()});
  expect_all(Outcome::ok);
  ASSERT_FALSE(history_.operations.empty());
  for (const auto& tries : attempts_) {
    ASSERT_EQ(tries.size(), 2u);
    EXPECT_GE(tries[1]->sent_ns - tries[0]->answered_ns, ns_per_s);
  }
}

TEST_F(GeneratorTest, ATimeoutIsUnknownAndItsRetryAReplay) {
  FakeCasino casino([](const Asked& asked, const Act& act) -> std::optional<Reply> {
    if (asked.count > 1) return std::nullopt;
    act();
    return Reply{Reply::How::hang, 0, ""};
  });
  play(only(OperationKind::bet), 40, 200, {casino.endpoint()});
  ASSERT_GT(history_.operations.size(), 2u);
  for (const auto& tries : attempts_) {
    ASSERT_EQ(tries.size(), 2u);
    EXPECT_EQ(tries[0]->outcome, Outcome::unknown);
    EXPECT_EQ(tries[0]->answered_ns, 0);
    EXPECT_STREQ(tries[0]->reason, "answer_timeout");
    EXPECT_EQ(tries[1]->outcome, Outcome::ok);
    EXPECT_EQ(tries[1]->replay, 1);
    EXPECT_GE(tries[1]->sent_ns - tries[0]->sent_ns, 3 * ns_per_s);
  }
}

TEST_F(GeneratorTest, ADroppedConnectionIsUnknownAndNotResentBehindTheBack) {
  FakeCasino casino([](const Asked& asked, const Act& act) -> std::optional<Reply> {
    // Every key's first request, on connections that were used before as well.
    if (asked.count > 1 || asked.key.back() % 2 == 0) return std::nullopt;
    act();
    return Reply{Reply::How::close, 0, ""};
  });
  play(only(OperationKind::bet), 60, 500, {casino.endpoint()});
  EXPECT_EQ(casino.asked().size(), history_.attempts.size());
  for (const Operation& operation : history_.operations) {
    const auto& tries = attempts_[operation.id];
    ASSERT_EQ(tries.size(), operation.id % 2 == 0 ? 1u : 2u);
    EXPECT_EQ(tries.back()->outcome, Outcome::ok);
    if (tries.size() == 1) continue;
    EXPECT_EQ(tries[0]->outcome, Outcome::unknown);
    EXPECT_EQ(tries[1]->replay, 1);
  }
}

TEST_F(GeneratorTest, PlayersLeaveAnEdgeThatRefuses) {
  FakeCasino casino;
  const test::BoundSocket dead;
  play(only(OperationKind::balance), 100, 600, {casino.endpoint(), dead.endpoint()});
  EXPECT_TRUE(result_.drained);
  expect_all(Outcome::ok);
  std::set<uint32_t> switched;
  for (const Operation& operation : history_.operations) {
    const auto& tries = attempts_[operation.id];
    if (tries.size() == 1) continue;
    EXPECT_EQ(operation.player % 2, 1u) << "only odd players start on the second edge";
    EXPECT_EQ(tries[0]->outcome, Outcome::failed);
    EXPECT_STREQ(tries[0]->reason, "connect_refused");
    switched.insert(operation.player);
  }
  EXPECT_EQ(switched.size(), 4u);
  // They stay there: most of their operations need one try only.
  const auto retried = std::ranges::count_if(attempts_, [](const auto& t) { return t.size() > 1; });
  EXPECT_LT(retried, static_cast<int64_t>(history_.operations.size()) / 2);
}

TEST_F(GeneratorTest, AWinOfARejectedBetBecomesARead) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (asked.target != "/v1/bets") return std::nullopt;
    return Reply{Reply::How::answer, 422, R"({"outcome":"rejected","reason":"no_funds"})"};
  });
  play(bets_that_win(), 100, 500, {casino.endpoint()});
  EXPECT_EQ(count(OperationKind::win), 0);
  EXPECT_GT(count(OperationKind::balance), 0);  // a bet whose answer is late is taken back
  for (const Operation& operation : history_.operations) {
    const bool is_bet = operation.kind == OperationKind::bet;
    EXPECT_EQ(outcome(operation), is_bet ? Outcome::rejected : Outcome::ok);
    ASSERT_EQ(attempts_[operation.id].size(), 1u);
  }
}

TEST_F(GeneratorTest, AWinOfAnUnresolvedBetBecomesARollback) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (asked.target != "/v1/bets" || asked.count > 4) return std::nullopt;
    return Reply{Reply::How::answer, 504, R"({"outcome":"unknown"})"};
  });
  play(bets_that_win(), 40, 400, {casino.endpoint()});
  EXPECT_EQ(count(OperationKind::win), 0);
  EXPECT_GT(count(OperationKind::rollback), 3);
  for (const Operation& operation : history_.operations) {
    if (operation.kind != OperationKind::rollback) continue;
    EXPECT_EQ(operation.amount_minor, history_.operations[operation.related].amount_minor);
  }
}

TEST_F(GeneratorTest, PaymentsAreWatchedUntilTheyAreSettled) {
  FakeCasino casino;
  play(only(OperationKind::deposit), 30, 500, {casino.endpoint()});
  EXPECT_TRUE(result_.drained);
  const int64_t accepted = count(OperationKind::deposit);
  ASSERT_GT(accepted, 3);
  EXPECT_EQ(count(OperationKind::deposit_settled), accepted);
  expect_all(Outcome::ok);
  for (const Operation& operation : history_.operations) {
    if (operation.kind != OperationKind::deposit_settled) continue;
    ASSERT_EQ(attempts_[operation.id].size(), 1u);
    const Attempt& watch = *attempts_[operation.id][0];
    EXPECT_EQ(operation.intended_ns, attempts_[operation.related][0]->answered_ns);
    EXPECT_EQ(history_.operations[operation.related].kind, OperationKind::deposit);
    EXPECT_GE(watch.answered_ns - watch.intended_ns, 245 * ns_per_ms);  // the second look
  }
}

TEST_F(GeneratorTest, AWatchIsAnAttemptOfFiveSecondsAndEndsWithTheDrain) {
  FakeCasino casino([](const Asked& asked, const Act&) -> std::optional<Reply> {
    if (!asked.target.starts_with("/v1/payments/")) return std::nullopt;
    return Reply{Reply::How::answer, 200, R"({"state":"pending"})"};
  });
  play(only(OperationKind::payout), 20, 300, {casino.endpoint()}, 0, 6'000);
  EXPECT_FALSE(result_.drained);
  ASSERT_GT(count(OperationKind::payout_settled), 0);
  for (const Operation& operation : history_.operations) {
    if (operation.kind != OperationKind::payout_settled) continue;
    const auto& watches = attempts_[operation.id];
    ASSERT_EQ(watches.size(), 2u);
    EXPECT_EQ(outcome(operation), Outcome::unknown);
    // The last look of a watch may be under way when its time is over.
    EXPECT_THAT(watches[0]->reason,
                testing::AnyOf(testing::StrEq("pending"), testing::StrEq("answer_timeout")));
    EXPECT_NEAR(static_cast<double>(watches[1]->intended_ns - watches[0]->intended_ns), 5e9, 0.5e9);
    EXPECT_STREQ(watches[1]->reason, "cut_at_drain");
  }
}

TEST_F(GeneratorTest, TheDrainEndsAtItsDeadline) {
  FakeCasino casino([](const Asked&, const Act&) -> std::optional<Reply> {
    return Reply{Reply::How::hang, 0, ""};
  });
  const int64_t before_ns = monotonic_ns();
  play(only(OperationKind::bet), 50, 300, {casino.endpoint()}, 0, 700);
  const int64_t took_ms = (monotonic_ns() - before_ns) / ns_per_ms;
  EXPECT_LT(took_ms, 15'000);
  EXPECT_FALSE(result_.drained);
  ASSERT_GT(history_.operations.size(), 3u);
  expect_all(Outcome::unknown);
  for (const Attempt& attempt : history_.attempts) EXPECT_STREQ(attempt.reason, "cut_at_drain");
  EXPECT_EQ(progress_.unknown, static_cast<int64_t>(history_.operations.size()));
}

TEST_F(GeneratorTest, WhatIsNotSentIsCounted) {
  FakeCasino casino;
  auto writer = HistoryWriter::create(directory_ + "/small.bin", "k7", 10, 100);
  ASSERT_TRUE(writer);
  const LoadPlan plan{only(OperationKind::bet), {{300, 200, false}}, 8, 7, 300};
  auto load = Load::start(plan, {"", {casino.endpoint()}}, **writer);
  ASSERT_TRUE(load);
  std::this_thread::sleep_for(std::chrono::milliseconds(350));
  const LoadResult result = (*load)->finish(monotonic_ns() + 60 * ns_per_s);
  EXPECT_EQ(result.scheduled, static_cast<int64_t>(plan_arrivals(plan).size()));
  EXPECT_EQ(result.not_sent, result.scheduled - 10);
  EXPECT_EQ(result.lateness_us.size(), 10u);
}

TEST_F(GeneratorTest, StopEndsTheArrivals) {
  FakeCasino casino;
  auto writer = HistoryWriter::create(directory_ + "/h.bin", "k7", 10'000, 10'000);
  ASSERT_TRUE(writer);
  const LoadPlan plan{only(OperationKind::bet), {{1'000, 100, false}}, 8, 7, 60'000};
  auto load = Load::start(plan, {"", {casino.endpoint()}}, **writer);
  ASSERT_TRUE(load);
  EXPECT_TRUE(test::soon([&] { return (*writer)->operation_count() > 10; }));
  (*load)->stop_arrivals();
  size_t last = 0;
  EXPECT_TRUE(test::soon([&] {  // no more of 100 a second for a while
    const size_t before = std::exchange(last, (*writer)->operation_count());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return last == before;
  }));
  const LoadResult result = (*load)->finish(monotonic_ns() + 60 * ns_per_s);
  EXPECT_EQ(result.scheduled, static_cast<int64_t>((*writer)->operation_count()));
  EXPECT_TRUE(result.drained);
}

TEST_F(GeneratorTest, ANamespaceThatIsNotThereIsAnError) {
  auto writer = HistoryWriter::create(directory_ + "/h.bin", "k7", 10, 10);
  ASSERT_TRUE(writer);
  const LoadPlan plan{only(OperationKind::bet), {{1'000, 100, false}}, 8, 7, 1'000};
  const auto load = Load::start(plan, {"/run/netns/no-such", {{"127.0.0.1", 1}}}, **writer);
  ASSERT_FALSE(load);
  EXPECT_NE(load.error().message.find("/run/netns/no-such"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
