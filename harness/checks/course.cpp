#include "checks/course.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/clock.hpp"
#include "checks/percentile.hpp"
#include "checks/view.hpp"

namespace rehearse {
namespace {

constexpr std::array step_lengths_ms = {500.0, 1'000.0, 2'000.0, 5'000.0, 10'000.0, 30'000.0};

// Steps that hold all that players did and all that was broken.
Course empty_course(const Run& run) {
  const History& history = run.history;
  double from_ms = run.steady_from_ms, to_ms = std::max(run.arrivals_end_ms, 1.0);
  for (const Attempt& attempt : history.attempts)
    from_ms = std::min(from_ms, run_ms(history, attempt.intended_ns));
  for (const FaultRecord& fault : run.faults) to_ms = std::max(to_ms, fault.healed_ms.value_or(0));
  for (const std::optional<double>& end : {run.drained_ms, run.redundancy_restored_ms})
    to_ms = std::max(to_ms, end.value_or(0));
  Course course;
  const double length_ms = to_ms - from_ms;
  course.step_ms = length_ms / static_cast<double>(course_steps_max);
  for (const double step_ms : step_lengths_ms) {
    if (step_ms < course.step_ms) continue;
    course.step_ms = step_ms;
    break;
  }
  course.from_ms = std::floor(from_ms / course.step_ms) * course.step_ms;
  course.steps = static_cast<size_t>((to_ms - course.from_ms) / course.step_ms) + 1;
  return course;
}

std::optional<size_t> step_at(const Course& course, double t_ms) {
  const double step = (t_ms - course.from_ms) / course.step_ms;
  if (!(step >= 0) || step >= static_cast<double>(course.steps)) return std::nullopt;
  return static_cast<size_t>(step);
}

// What one step's percentiles are made of; `sent` counts those without an answer too.
struct Latencies {
  std::vector<int64_t> intended_ns, service_ns;
  size_t sent = 0;
};

std::optional<double> p99_ms(std::vector<int64_t>& values, size_t count) {
  const auto value = percentile(values, 0.99, count);
  if (!value || count == 0) return std::nullopt;
  return static_cast<double>(*value) / static_cast<double>(ns_per_ms);
}

class KindCourse {
 public:
  KindCourse(std::string name, size_t steps) : latencies_(steps) {
    course_.operation = std::move(name);
    for (auto* counts : {&course_.ok, &course_.rejected, &course_.unanswered})
      counts->assign(steps, 0);
  }
  void add(size_t step, const Attempt& attempt) {
    any_ = true;
    auto& counts = attempt.outcome == Outcome::ok         ? course_.ok
                   : attempt.outcome == Outcome::rejected ? course_.rejected
                                                          : course_.unanswered;
    ++counts[step];
    if (attempt.sent_ns != 0 && attempt.answered_ns != 0)
      latencies_[step].service_ns.push_back(attempt.answered_ns - attempt.sent_ns);
  }
  void add(size_t step, const Ended& end) {
    ++latencies_[step].sent;
    const bool answered = end.outcome == Outcome::ok || end.outcome == Outcome::rejected;
    if (answered && end.answer->answered_ns != 0)
      latencies_[step].intended_ns.push_back(end.answer->answered_ns - end.first->intended_ns);
  }
  bool any() const { return any_; }
  OperationCourse finish() {
    for (Latencies& step : latencies_) {
      course_.intended_p99_ms.push_back(p99_ms(step.intended_ns, step.sent));
      course_.service_p99_ms.push_back(p99_ms(step.service_ns, step.service_ns.size()));
    }
    return std::move(course_);
  }

 private:
  OperationCourse course_;
  std::vector<Latencies> latencies_;
  bool any_ = false;
};

void add_operations(Course& course, const Run& run) {
  const History& history = run.history;
  KindCourse all("all", course.steps);
  std::vector<KindCourse> kinds;
  for (size_t kind = 0; kind < operation_kinds; ++kind)
    kinds.emplace_back(std::string(name_of(static_cast<OperationKind>(kind))), course.steps);
  const auto add = [&](const Operation& operation, int64_t intended_ns, const auto& what) {
    const auto step = step_at(course, run_ms(history, intended_ns));
    if (!step) return;
    kinds.at(static_cast<size_t>(operation.kind)).add(*step, what);
    if (!is_settlement(operation.kind)) all.add(*step, what);  // nothing is sent to watch a payment
  };
  for (const Attempt& attempt : history.attempts)
    if (attempt.operation < history.operations.size())
      add(history.operations[attempt.operation], attempt.intended_ns, attempt);
  const std::vector<Ended> ended = ended_operations(history);
  for (const Operation& operation : history.operations) {
    const Ended& end = ended.at(operation.id);
    if (end.first != nullptr) add(operation, end.first->intended_ns, end);
  }
  course.operations.push_back(all.finish());
  for (KindCourse& kind : kinds)
    if (kind.any()) course.operations.push_back(kind.finish());
}

void add_lags(Course& course, const std::vector<LagSample>& samples) {
  std::map<std::pair<std::string, std::string>, LagCourse> by_node;
  for (const LagSample& sample : samples) {
    const auto step = step_at(course, static_cast<double>(sample.t_ms));
    if (!step) continue;
    LagCourse& lag = by_node[{sample.what, sample.node}];
    lag.values.resize(course.steps);
    auto& value = lag.values[*step];
    value = std::max(value.value_or(sample.value), sample.value);
  }
  for (auto& [name, lag] : by_node) {
    lag.what = name.first;
    lag.node = name.second;
    course.lags.push_back(std::move(lag));
  }
}

void add_machine(Course& course, const std::vector<MachineSample>& samples) {
  struct Sums {
    int64_t length_us = 0, idle_us = 0, waiting_us = 0;
    bool idle = false, waiting = false;
  };
  std::vector<Sums> steps(course.steps);
  for (const MachineSample& sample : samples) {
    const auto step = step_at(course, static_cast<double>(sample.t_ms));
    if (!step || sample.length_us <= 0) continue;
    Sums& sums = steps[*step];
    sums.length_us += sample.length_us;
    sums.idle_us += sample.idle_us.value_or(0);
    sums.waiting_us += sample.waiting_us.value_or(0);
    sums.idle |= sample.idle_us.has_value();
    sums.waiting |= sample.waiting_us.has_value();
  }
  for (const Sums& sums : steps) {
    const auto share = [&](bool told, int64_t part_us) -> std::optional<double> {
      if (!told) return std::nullopt;
      return static_cast<double>(part_us) / static_cast<double>(sums.length_us);
    };
    course.idle.push_back(share(sums.idle, sums.idle_us));
    course.pressure.push_back(share(sums.waiting, sums.waiting_us));
  }
}

}  // namespace

Course measure_course(const Run& run) {
  Course course = empty_course(run);
  add_operations(course, run);
  if (run.books.lags) add_lags(course, *run.books.lags);
  if (run.books.machine) add_machine(course, *run.books.machine);
  return course;
}

}  // namespace rehearse
