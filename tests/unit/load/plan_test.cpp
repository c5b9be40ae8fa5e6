#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/clock.hpp"
#include "load/load.hpp"
#include "load/random.hpp"
#include "load/retry.hpp"

namespace rehearse {
namespace {

LoadProfile evening() {
  LoadProfile profile;
  profile.name = "evening";
  profile.weight(OperationKind::bet) = 0.46;
  profile.weight(OperationKind::balance) = 0.08;
  profile.weight(OperationKind::deposit) = 0.03;
  profile.weight(OperationKind::payout) = 0.03;
  profile.settle_after_ms = 1'500;
  profile.win_share = 0.42;
  profile.rollback_share = 0.02;
  return profile;
}

LoadPlan plan_of(std::vector<LoadStep> steps, int64_t length_ms, uint64_t seed = 7) {
  return {evening(), std::move(steps), 400, seed, length_ms};
}

bool same(const Arrival& a, const Arrival& b) {
  return a.at_ns == b.at_ns && a.kind == b.kind && a.player == b.player &&
         a.amount_minor == b.amount_minor && a.related == b.related && a.round == b.round;
}

size_t count_between(const std::vector<Arrival>& arrivals, double from_s, double to_s) {
  return static_cast<size_t>(std::ranges::count_if(arrivals, [&](const Arrival& arrival) {
    const double at_s = static_cast<double>(arrival.at_ns) / ns_per_s;
    return at_s >= from_s && at_s < to_s;
  }));
}

TEST(Random, IsTheSameEverywhere) {
  // The 10,000th number of the standard's own generator is fixed by the standard.
  std::mt19937_64 engine;
  engine.discard(9'999);
  EXPECT_EQ(engine(), 9981545732273789042u);
  Random random(7);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) sum += random.exponential(2);
  EXPECT_NEAR(sum / 100'000, 2, 0.03);
  EXPECT_EQ(mixed(0), 0xe220a8397b1dcdafu);
}

TEST(Plan, ExpectsWhatIsPlanned) {
  const LoadPlan plan = plan_of({{10'000, 100, false}, {10'000, 300, true}}, 100'000);
  std::map<OperationKind, double> seen;
  for (const Arrival& arrival : plan_arrivals(plan)) {
    const int64_t at_ms = arrival.at_ns / ns_per_ms;
    if (at_ms >= 5'000 && at_ms < 60'000) ++seen[arrival.kind];
  }
  const auto expected = expected_arrivals(plan, 5'000, 60'000);
  for (const auto& [kind, count] : seen)
    EXPECT_NEAR(expected.at(kind), count, 6 * std::sqrt(count)) << name_of(kind);
  EXPECT_EQ(expected.at(OperationKind::payout_settled), expected.at(OperationKind::payout));
  EXPECT_FALSE(expected.contains(OperationKind::spin));
}

TEST(Plan, IsDeterministic) {
  const auto first = plan_arrivals(plan_of({{10'000, 200, false}}, 20'000));
  const auto again = plan_arrivals(plan_of({{10'000, 200, false}}, 20'000));
  const auto other = plan_arrivals(plan_of({{10'000, 200, false}}, 20'000, 8));
  EXPECT_TRUE(std::ranges::equal(first, again, same));
  EXPECT_FALSE(std::ranges::equal(first, other, same));
}

TEST(Plan, IsOrderedAndRelated) {
  const auto arrivals = plan_arrivals(plan_of({{10'000, 300, false}}, 60'000));
  std::map<uint64_t, int> follow_ups;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& arrival = arrivals[i];
    ASSERT_GE(arrival.at_ns, arrivals[i == 0 ? 0 : i - 1].at_ns);
    ASSERT_LT(arrival.at_ns, 60 * ns_per_s);
    ASSERT_GE(arrival.player, 1u);
    ASSERT_LE(arrival.player, 400u);
    ASSERT_EQ(arrival.currency, arrival.player % 4 == 0 ? Currency::BRL : Currency::EUR);
    if (arrival.kind != OperationKind::win && arrival.kind != OperationKind::rollback) continue;
    ASSERT_LT(arrival.related, i);
    const Arrival& bet = arrivals[arrival.related];
    ASSERT_EQ(bet.kind, OperationKind::bet);
    ASSERT_EQ(bet.player, arrival.player);
    ASSERT_EQ(bet.round, arrival.round);
    ASSERT_EQ(++follow_ups[arrival.related], 1);
  }
}

TEST(Plan, RateCountsFollowUps) {
  const auto arrivals = plan_arrivals(plan_of({{10'000, 300, false}}, 120'000));
  // 300/s from 20 s on, when follow-ups come as they go; four sigmas of Poisson's.
  EXPECT_NEAR(static_cast<double>(count_between(arrivals, 20, 120)), 30'000, 4 * 173.2);
}

TEST(Plan, StepsAndRamps) {
  const LoadPlan plan = plan_of({{40'000, 100, false}, {40'000, 500, true}}, 120'000);
  const auto arrivals = plan_arrivals(plan);
  EXPECT_NEAR(static_cast<double>(count_between(arrivals, 20, 40)), 2'000, 220);
  EXPECT_NEAR(static_cast<double>(count_between(arrivals, 59, 61)), 600, 130);
  EXPECT_NEAR(static_cast<double>(count_between(arrivals, 90, 120)), 15'000, 600);
}

TEST(Plan, SharesAndAmounts) {
  const auto arrivals = plan_arrivals(plan_of({{10'000, 1'000, false}}, 100'000));
  std::map<OperationKind, double> counts;
  int64_t small = 0;
  for (const Arrival& arrival : arrivals) {
    ++counts[arrival.kind];
    switch (arrival.kind) {
      case OperationKind::bet:
        ASSERT_TRUE(arrival.amount_minor >= 10 && arrival.amount_minor <= 2'000);
        small += arrival.amount_minor < 40;
        break;
      case OperationKind::deposit:
        ASSERT_TRUE(arrival.amount_minor >= 1'000 && arrival.amount_minor <= 20'000);
        break;
      case OperationKind::payout:
        ASSERT_TRUE(arrival.amount_minor >= 500 && arrival.amount_minor <= 5'000);
        break;
      case OperationKind::win:
        ASSERT_GT(arrival.amount_minor, 0);
        break;
      default:
        break;
    }
  }
  const double bets = counts[OperationKind::bet];
  EXPECT_NEAR(counts[OperationKind::win] / bets, 0.42, 0.02);
  EXPECT_NEAR(counts[OperationKind::rollback] / bets, 0.02, 0.005);
  EXPECT_NEAR(counts[OperationKind::balance] / bets, 0.08 / 0.46, 0.02);
  EXPECT_NEAR(counts[OperationKind::deposit] / bets, 0.03 / 0.46, 0.01);
  EXPECT_NEAR(counts[OperationKind::payout] / bets, 0.03 / 0.46, 0.01);
  EXPECT_NEAR(static_cast<double>(small) / bets, 0.5, 0.03);
}

TEST(Plan, NothingFromNothing) {
  EXPECT_TRUE(plan_arrivals(plan_of({{10'000, 0, false}}, 20'000)).empty());
  EXPECT_TRUE(plan_arrivals(plan_of({}, 20'000)).empty());
}

TEST(Plan, TheHistoryHasRoomForIt) {
  const LoadPlan plan = plan_of({{10'000, 300, false}}, 60'000);
  const auto arrivals = plan_arrivals(plan);
  const HistoryRoom room = history_room(plan);
  const auto payments = std::ranges::count_if(arrivals, [](const Arrival& arrival) {
    return arrival.kind == OperationKind::deposit || arrival.kind == OperationKind::payout;
  });
  EXPECT_GT(room.operations, arrivals.size() + static_cast<size_t>(payments));
  EXPECT_GT(room.attempts, room.operations);
}

TEST(Retry, BackoffGrowsToItsCapAndDependsOnItsArgumentsAlone) {
  double sums[12] = {};
  for (uint64_t operation = 0; operation < 2'000; ++operation) {
    for (uint32_t attempts = 1; attempts < 12; ++attempts) {
      const int64_t wait_ns = backoff_ns(7, operation, attempts);
      ASSERT_EQ(wait_ns, backoff_ns(7, operation, attempts));
      ASSERT_GE(wait_ns, 0);
      ASSERT_LE(wait_ns, 8 * ns_per_s);
      sums[attempts] += static_cast<double>(wait_ns) / ns_per_ms / 2'000;
    }
  }
  EXPECT_NEAR(sums[1], 100, 10);
  EXPECT_NEAR(sums[3], 400, 40);
  EXPECT_NEAR(sums[11], 4'000, 240);
  EXPECT_NE(backoff_ns(7, 1, 1), backoff_ns(8, 1, 1));
}

}  // namespace
}  // namespace rehearse
