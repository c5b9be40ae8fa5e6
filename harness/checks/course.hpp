// The run's course over time, for people: what was asked, what was answered and how fast, how far
// behind copies were and what the machine had to spare, in steps of equal length. It judges
// nothing; the figures that do are in measures.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/run.hpp"

namespace rehearse {

// A run of any length has at most so many steps.
constexpr size_t course_steps_max = 600;

// Of one kind of operation, or of all that players send ("all"); one value a step each. Attempts
// belong to the step in which they were to be sent.
struct OperationCourse {
  std::string operation;
  std::vector<int64_t> ok, rejected, unanswered;  // attempts; unanswered: failed ones too
  // 99th percentiles: of operations from the intended send to the deciding answer, by that send;
  // of attempts from the send to the answer. Null: none, or it lies in those without an answer.
  std::vector<std::optional<double>> intended_p99_ms, service_p99_ms;
};

// The largest value that a node told in a step; null: it told none.
struct LagCourse {
  std::string node, what;
  std::vector<std::optional<int64_t>> values;
};

struct Course {
  double from_ms = 0, step_ms = 1000;  // begin of the first step, on the run's clock
  size_t steps = 0;
  std::vector<OperationCourse> operations;  // "all" first
  std::vector<LagCourse> lags;
  std::vector<std::optional<double>> idle, pressure;  // shares of the processors; means
};

Course measure_course(const Run& run);

}  // namespace rehearse
