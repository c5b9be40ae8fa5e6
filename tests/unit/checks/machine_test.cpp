#include "checks/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rehearse {
namespace {

// A look a second, of shares in percent.
Run run_with(std::initializer_list<int64_t> pressures, int64_t stolen = 0, int64_t late_us = 500) {
  Run run;
  run.books.machine.emplace();
  int64_t t_ms = 0;
  for (const int64_t pressure : pressures)
    run.books.machine->push_back(
        {t_ms += 1000, 1'000'000, pressure * 10'000, 500'000, stolen * 10'000, late_us});
  return run;
}

TEST(MachineBetween, IsTheMeanOfTheLooksThatTouchTheSpan) {
  const auto state = machine_between(run_with({10, 20, 90, 90}), 0, 1500);
  ASSERT_TRUE(state);
  EXPECT_DOUBLE_EQ(*state->pressure, 0.15);
  EXPECT_DOUBLE_EQ(*state->idle, 0.5);
  EXPECT_DOUBLE_EQ(state->late_ms, 0.5);
  EXPECT_FALSE(machine_between(run_with({10}), 5000, 6000));
  EXPECT_FALSE(machine_between(rehearse::Run(), 0, 1000));
}

TEST(MachineBetween, WhatNobodyToldIsNotZero) {
  rehearse::Run run = run_with({10});
  run.books.machine->front().stolen_us.reset();
  EXPECT_FALSE(machine_between(run, 0, 1000)->stolen);
}

TEST(MachineLate, NamesByHowMuchAndWhatToDo) {
  EXPECT_EQ(machine_late(run_with({30, 60, 40}), 0, 3000), "");
  EXPECT_EQ(machine_late(run_with({70, 80, 90}), 0, 3000),
            "the machine was late (80% of the time somebody waited for a processor): more cores, "
            "less beside it, or a lower --rate");
  EXPECT_THAT(machine_late(run_with({10}, 30), 0, 1000),
              testing::HasSubstr("30% of the processors"));
  EXPECT_THAT(machine_late(run_with({10}, 0, 25'000), 0, 1000), testing::HasSubstr("25 ms late"));
  EXPECT_EQ(machine_late(rehearse::Run(), 0, 1000), "");
}

}  // namespace
}  // namespace rehearse
