#include "checks/course.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

int64_t sum_of(const std::vector<int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

TEST(Course, EveryAttemptOfPlayersIsInOneStep) {
  const RecordedRun run = honest_run();
  const Course course = measure_course(run);
  int64_t ok = 0, rejected = 0, unanswered = 0;
  for (const Attempt& attempt : run.history.attempts) {
    if (is_settlement(run.history.operations.at(attempt.operation).kind)) continue;
    ++(attempt.outcome == Outcome::ok         ? ok
       : attempt.outcome == Outcome::rejected ? rejected
                                              : unanswered);
  }
  ASSERT_FALSE(course.operations.empty());
  const OperationCourse& all = course.operations[0];
  EXPECT_EQ(all.operation, "all");
  EXPECT_GT(ok, 0);
  EXPECT_EQ(sum_of(all.ok), ok);
  EXPECT_EQ(sum_of(all.rejected), rejected);
  EXPECT_EQ(sum_of(all.unanswered), unanswered);
  EXPECT_LE(course.steps, course_steps_max + 1);
  EXPECT_EQ(all.intended_p99_ms.size(), course.steps);
}

TEST(Course, ALongRunHasLongerStepsAndNotMore) {
  RecordedRun run = honest_run();
  run.drained_ms = 24 * 3600 * 1000.0;
  const Course course = measure_course(run);
  EXPECT_LE(course.steps, course_steps_max + 1);
  EXPECT_GT(course.step_ms, 100'000);
}

TEST(Course, WhatANodeToldIsTheLargestOfItsStep) {
  RecordedRun run = honest_run();
  run.books.lags = {{100, "relay-1", "lag", 3}, {200, "relay-1", "lag", 7}};
  run.books.machine = {{100, 500'000, 125'000, 250'000, 0, 0}};
  const Course course = measure_course(run);
  ASSERT_EQ(course.lags.size(), 1U);
  const auto step = static_cast<size_t>((150 - course.from_ms) / course.step_ms);
  EXPECT_EQ(course.lags[0].values.at(step), 7);
  EXPECT_EQ(course.lags[0].values.at(0), std::nullopt);
  EXPECT_DOUBLE_EQ(course.idle.at(step).value_or(-1), 0.5);
  EXPECT_DOUBLE_EQ(course.pressure.at(step).value_or(-1), 0.25);
}

}  // namespace
}  // namespace rehearse
