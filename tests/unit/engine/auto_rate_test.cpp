#include "engine/auto_rate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rehearse {
namespace {

using testing::HasSubstr;

const AutoRate bounds{30, 10, 110};  // probed at 10, 35 and 60

TEST(FindRate, LeavesTheDeclaredShareIdle) {
  // 90% idle at rest, 1% less for each arrival a second: 30% at 60/s.
  EXPECT_DOUBLE_EQ(find_rate(bounds, {{10, 0.8}, {35, 0.55}, {50, 0.4}}).rate_per_s, 60);
  EXPECT_THAT(find_rate(bounds, {{10, 0.8}, {35, 0.55}}).why, HasSubstr("80% idle at 10.0/s"));
  EXPECT_DOUBLE_EQ(find_rate({60, 10, 110}, {{10, 0.8}, {35, 0.55}}).rate_per_s, 30);
}

TEST(FindRate, BearsNoise) {
  const double rate = find_rate(bounds, {{10, 0.84}, {35, 0.52}, {50, 0.42}}).rate_per_s;
  EXPECT_NEAR(rate, 60, 3);
  EXPECT_DOUBLE_EQ(rate * 10, static_cast<double>(static_cast<int64_t>(rate * 10 + 0.5)));
}

TEST(FindRate, StaysWithinItsBounds) {
  EXPECT_DOUBLE_EQ(find_rate(bounds, {{10, 0.98}, {35, 0.95}, {60, 0.92}}).rate_per_s, 110);
  EXPECT_DOUBLE_EQ(find_rate(bounds, {{10, 0.3001}, {35, 0.0}}).rate_per_s, 10);
}

TEST(FindRate, StarvedFromTheStartIsTheLeastAndSaid) {
  const FoundRate found = find_rate(bounds, {{10, 0.05}});
  EXPECT_DOUBLE_EQ(found.rate_per_s, 10);
  EXPECT_THAT(found.why, HasSubstr("too much for this machine: 5% idle at 10.0/s"));
}

TEST(FindRate, WithoutAnIdleCounterIsTheLeastAndSaid) {
  const FoundRate found = find_rate(bounds, {{10, std::nullopt}});
  EXPECT_DOUBLE_EQ(found.rate_per_s, 10);
  EXPECT_THAT(found.why, HasSubstr("does not tell"));
  EXPECT_DOUBLE_EQ(find_rate(bounds, {{10, 0.8}, {35, std::nullopt}}).rate_per_s, 10);
  EXPECT_DOUBLE_EQ(find_rate(bounds, {}).rate_per_s, 10);
}

TEST(FindRate, WhatDoesNotFallIsNotFollowedBeyondWhatWasTried) {
  const FoundRate found = find_rate(bounds, {{10, 0.7}, {35, 0.72}, {60, 0.71}});
  EXPECT_DOUBLE_EQ(found.rate_per_s, 60);
  EXPECT_THAT(found.why, HasSubstr("the highest that was tried"));
}

TEST(FindRate, WhereTheLastLeftTooLittleNoiseLeadsNotBeyondIt) {
  EXPECT_LE(find_rate(bounds, {{10, 0.35}, {35, 0.5}, {60, 0.29}}).rate_per_s, 60);
}

// A machine that is asked for what was idle, look by look.
struct ProbedMachine {
  std::vector<double> idle_shares;
  std::vector<std::pair<int64_t, int64_t>> asked;
  std::vector<int64_t> waited;
  int probes_played = 0;

  static constexpr int64_t load_s = 1'000, probe_s = 1'005;  // when each begins

  std::optional<FoundRate> probe(bool at_most_all_along = true, size_t cancelled_at = SIZE_MAX) {
    return probe_rate(bounds, at_most_all_along ? std::optional(load_s * ns_per_s) : std::nullopt,
                      {[this](int64_t from_ns, int64_t to_ns) -> std::optional<double> {
                         asked.emplace_back(from_ns, to_ns);
                         return idle_shares.at(asked.size() - 1);
                       },
                       [this, cancelled_at](int64_t until_ns) {
                         waited.push_back(until_ns);
                         return waited.size() != cancelled_at;
                       },
                       [this] {
                         ++probes_played;
                         return probe_s * ns_per_s;
                       }});
  }
};

TEST(ProbeRate, WhatTheMachineCarriesAtMostIsPlayedOn) {
  ProbedMachine machine{{0.4}, {}, {}};
  const auto found = machine.probe();
  EXPECT_DOUBLE_EQ(found->rate_per_s, 110);
  EXPECT_TRUE(found->is_played);
  EXPECT_EQ(found->why, "40% idle at 110.0/s");
  EXPECT_EQ(machine.probes_played, 0);
  EXPECT_EQ(machine.waited, std::vector<int64_t>{1'005 * ns_per_s});
}

TEST(ProbeRate, RisesWhileThereIsSomethingToSpare) {
  ProbedMachine machine{{0.1, 0.8, 0.55, 0.4}, {}, {}};
  const auto found = machine.probe();
  EXPECT_DOUBLE_EQ(found->rate_per_s, 70.4);  // 86.3% at rest, 0.8% less for each
  EXPECT_FALSE(found->is_played);
  EXPECT_THAT(found->why, HasSubstr("10% idle at 110.0/s; 80% idle at 10.0/s, 55%"));
  EXPECT_EQ(machine.probes_played, 1);
  ASSERT_EQ(machine.asked.size(), 4u);
  EXPECT_EQ(machine.asked[1].first, (1'005 + 7) * ns_per_s);  // what the look left is worked off
  EXPECT_EQ(machine.asked[2].first, (1'015 + 2) * ns_per_s);  // the change is not looked at
  EXPECT_EQ(machine.asked[2].second, (1'015 + 5) * ns_per_s);
  ProbedMachine full{{0.1, 0.8, 0.2}, {}, {}};
  EXPECT_LT(full.probe()->rate_per_s, 35);
  EXPECT_EQ(full.waited.size(), 3u);
  ProbedMachine starved{{0.05, 0.1}, {}, {}};
  EXPECT_DOUBLE_EQ(starved.probe()->rate_per_s, 10);
  EXPECT_EQ(starved.waited.size(), 2u);
}

TEST(ProbeRate, ALoadThatIsNotYetAtItsMostIsNotLookedAt) {
  ProbedMachine machine{{0.8, 0.55, 0.4}, {}, {}};
  EXPECT_DOUBLE_EQ(machine.probe(false)->rate_per_s, 70.4);
  EXPECT_EQ(machine.probes_played, 1);
}

TEST(ProbeRate, FindsNothingWhereItIsCancelled) {
  for (size_t cancelled_at : {1, 3}) {
    ProbedMachine machine{{0.1, 0.8, 0.55, 0.4}, {}, {}};
    EXPECT_FALSE(machine.probe(true, cancelled_at));
  }
}

TEST(KnownRates, HoldForTheSameThingAndShareOnly) {
  KnownRates known;
  EXPECT_FALSE(known.find("evening on core", bounds));
  known.keep("evening on core", bounds, {41.3, "seen", false});
  const auto again = known.find("evening on core", bounds);
  ASSERT_TRUE(again);
  EXPECT_DOUBLE_EQ(again->rate_per_s, 41.3);
  EXPECT_FALSE(known.find("cashier on core", bounds));
  EXPECT_FALSE(known.find("evening on core", {40, 10, 110}));
}

TEST(KnownRates, StayWithinTheBoundsOfWhoeverAsks) {
  KnownRates known;
  known.keep("it", bounds, {41.3, "seen", false});
  EXPECT_DOUBLE_EQ(known.find("it", {30, 3, 30})->rate_per_s, 30);
  EXPECT_DOUBLE_EQ(known.find("it", {30, 50, 200})->rate_per_s, 50);
  EXPECT_DOUBLE_EQ(known.find("it", {30, 10, 200})->rate_per_s, 41.3);  // more is too much
}

TEST(KnownRates, WhoWantsMoreThanWasTriedLooksAgain) {
  KnownRates known;
  known.keep("it", bounds, {110, "seen", true});
  EXPECT_DOUBLE_EQ(known.find("it", {30, 5, 60})->rate_per_s, 60);
  EXPECT_FALSE(known.find("it", {30, 5, 150}));
}

TEST(KnownRates, WhoMayGoBelowWhatWasTooMuchLooksAgain) {
  for (const RateProbe& probe : {RateProbe{10, 0.05}, RateProbe{10, std::nullopt}}) {
    KnownRates known;
    known.keep("it", bounds, find_rate(bounds, {probe}));
    EXPECT_FALSE(known.find("it", {30, 5, 110}));
    EXPECT_DOUBLE_EQ(known.find("it", bounds)->rate_per_s, 10);
    EXPECT_DOUBLE_EQ(known.find("it", {30, 20, 110})->rate_per_s, 20);
  }
}

TEST(ProbePlan, PlaysEachRateForItsTimeAndRoundsOfItsOwn) {
  LoadPlan plan;
  plan.profile.weight(OperationKind::bet) = 1;
  plan.steps = {{0, 110, false}};
  plan.players = 8;
  plan.seed = 7;
  plan.length_ms_max = 60'000;
  const LoadPlan probe = probe_plan_of(plan, bounds);
  std::map<int64_t, int> by_step;
  for (const Arrival& arrival : plan_arrivals(probe)) {
    ++by_step[arrival.at_ns / (5 * ns_per_s)];
    EXPECT_GT(arrival.round, 1'000'000u);
  }
  EXPECT_NEAR(by_step[0] + by_step[1], 100, 50);
  EXPECT_NEAR(by_step[2], 175, 70);
  EXPECT_NEAR(by_step[3], 300, 90);
  EXPECT_GT(room_with_probe(plan, bounds).operations, history_room(plan).operations + 1'100);
  EXPECT_GT(plan_arrivals(plan_after_probe(plan)).front().round, 1'000'001'000u);
}

}  // namespace
}  // namespace rehearse
