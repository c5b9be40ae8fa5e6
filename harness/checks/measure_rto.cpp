// Recovery time as clients felt it: see RtoRow for what an outage is. One pass over the attempts of
// each kind with prefix sums: whether the window from an attempt is good takes constant time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "base/units.hpp"
#include "checks/joined.hpp"
#include "checks/machine.hpp"
#include "checks/measures.hpp"
#include "checks/phases.hpp"
#include "record/felt.hpp"

namespace rehearse {
namespace {

constexpr double success_share_min = 0.99;  // of the steady phase's share
constexpr double slow_share_max = 0.05;     // p95; a single slow one is no outage
constexpr double slow_factor = 2;           // of the steady phase's p95
constexpr size_t none = std::numeric_limits<size_t>::max();

struct Point {
  double t_ms = 0;         // intended send
  double answered_ms = 0;  // only of a success
  bool success = false;    // answered: ok or rejected
  double latency_ms = std::numeric_limits<double>::infinity();
  bool steady = false;  // belongs to the steady phase: part of the baseline
};

// What the steady phase was like.
struct Baseline {
  bool measured = false;
  double success_share = 1;
  double p95_ms = std::numeric_limits<double>::infinity();
};

struct Outage {
  size_t fault = none;  // index into the disruptive faults
  size_t begin = 0;     // point
  size_t end = none;    // point; none = open
};

struct Fault {
  const FaultRecord* record = nullptr;
  double from_ms = 0;  // the earlier of injection and effect
};

// The attempts of one kind, by intended send, and which of them begin a good window.
class Series {
 public:
  Series(std::vector<Point> points, double end_ms) : points_(std::move(points)), end_ms_(end_ms) {
    std::ranges::stable_sort(points_, {}, &Point::t_ms);
    measure_baseline();
    sum_up();
    judge_windows();
  }
  const std::vector<Point>& points() const { return points_; }
  const Baseline& baseline() const { return baseline_; }
  size_t first_from(double t_ms) const {
    return static_cast<size_t>(std::ranges::lower_bound(points_, t_ms, {}, &Point::t_ms) -
                               points_.begin());
  }
  // The first point from `i` on at which an outage ends, or none.
  size_t next_recovery(size_t i) const { return i < next_.size() ? next_[i] : none; }

  // Is a failure at `i` a stray one? Windows that would reach past the end are moved back into it.
  bool is_stray(size_t i) const {
    const size_t start = std::min(i, first_from(end_ms_ - window_ms));
    return good(start, std::max(window_end(start), i + 1));
  }

 private:
  void measure_baseline() {
    std::vector<double> latencies;
    size_t all = 0;
    for (const Point& point : points_) {
      if (!point.steady) continue;
      ++all;
      if (point.success) latencies.push_back(point.latency_ms);
    }
    if (latencies.empty()) return;
    const auto rank = static_cast<size_t>(
        std::ceil((1 - slow_share_max) * static_cast<double>(latencies.size())));
    const auto nth = latencies.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::ranges::nth_element(latencies, nth);
    baseline_ = {true, static_cast<double>(latencies.size()) / static_cast<double>(all), *nth};
  }
  void sum_up() {
    successes_.assign(points_.size() + 1, 0);
    slow_.assign(points_.size() + 1, 0);
    const double slow_ms = std::max(felt_at_once_ms, slow_factor * baseline_.p95_ms);
    for (size_t i = 0; i < points_.size(); ++i) {
      const bool slow = !points_[i].success || points_[i].latency_ms > slow_ms;
      successes_[i + 1] = successes_[i] + (points_[i].success ? 1 : 0);
      slow_[i + 1] = slow_[i] + (slow ? 1 : 0);
    }
  }
  // One past the last point of the window from `i`.
  size_t window_end(size_t i) const {
    if (i >= points_.size()) return i;
    return std::max(first_from(points_[i].t_ms + window_ms), i + window_attempts_min);
  }
  bool good(size_t begin, size_t end) const {
    if (begin >= end || end > points_.size()) return false;
    const auto count = static_cast<double>(end - begin);
    const auto successes = static_cast<double>(successes_[end] - successes_[begin]);
    const auto slow = static_cast<double>(slow_[end] - slow_[begin]);
    constexpr double rounding = 1e-9;
    return successes + rounding >= success_share_min * baseline_.success_share * count &&
           slow <= std::max(1.0, slow_share_max * count) + rounding;
  }
  void judge_windows() {
    next_.assign(points_.size(), none);
    for (size_t i = points_.size(); i-- > 0;) {
      if (i + 1 < points_.size()) next_[i] = next_[i + 1];
      const size_t end = window_end(i);
      const bool observed = points_[i].t_ms + window_ms <= end_ms_ && end <= points_.size() &&
                            points_[end - 1].t_ms <= end_ms_;
      if (observed && points_[i].success && good(i, end)) next_[i] = i;
    }
  }

  std::vector<Point> points_;
  double end_ms_;
  Baseline baseline_;
  std::vector<int64_t> successes_, slow_;  // before each point
  std::vector<size_t> next_;
};

std::array<std::vector<Point>, operation_kinds> points_by_kind(const Run& run) {
  std::array<std::vector<Point>, operation_kinds> points;
  const auto& history = run.history;
  for (const Attempt& attempt : history.attempts) {
    if (attempt.operation >= history.operations.size()) continue;
    Point point;
    point.t_ms = run_ms(history, attempt.intended_ns);
    point.steady = in_steady_phase(run, attempt);
    point.success = attempt.outcome == Outcome::ok || attempt.outcome == Outcome::rejected;
    if (point.success) {
      point.answered_ms = run_ms(history, attempt.answered_ns);
      point.latency_ms = point.answered_ms - point.t_ms;
    }
    points.at(static_cast<size_t>(history.operations[attempt.operation].kind)).push_back(point);
  }
  return points;
}

std::vector<Fault> disruptive_faults(const Run& run) {
  std::vector<Fault> faults;
  for (const FaultRecord& record : run.faults) {
    if (!record.disruptive || (!record.injected_ms && !record.effective_ms)) continue;
    const double effective = record.effective_ms ? *record.effective_ms : *record.injected_ms;
    faults.push_back({&record, std::min(record.injected_ms.value_or(effective), effective)});
  }
  std::ranges::stable_sort(faults, {}, &Fault::from_ms);
  return faults;
}

std::vector<Outage> find_outages(const Series& series, const std::vector<Fault>& faults) {
  std::vector<Outage> outages;
  std::set<size_t> had_outage;
  const auto& points = series.points();
  size_t i = faults.empty() ? points.size() : series.first_from(faults.front().from_ms);
  for (; i < points.size(); ++i) {
    if (points[i].success) continue;
    const auto after = std::ranges::upper_bound(faults, points[i].t_ms, {}, &Fault::from_ms);
    const auto fault = static_cast<size_t>(after - faults.begin()) - 1;
    if (had_outage.contains(fault) && series.is_stray(i)) continue;
    had_outage.insert(fault);
    outages.push_back({fault, i, series.next_recovery(i)});
    if (outages.back().end == none) break;
    i = outages.back().end;
  }
  return outages;
}

// When the last operation of the kind begun in the outage had ended; null if one has not.
std::optional<double> drained_at(const Run& run, const std::vector<Ended>& ended,
                                 OperationKind kind, double from_ms, double to_ms) {
  std::optional<double> last;
  for (const Operation& operation : run.history.operations) {
    if (operation.kind != kind) continue;
    const Ended& end = ended[operation.id];
    if (end.first == nullptr) continue;
    const double begun = run_ms(run.history, end.first->intended_ns);
    if (begun < from_ms || begun >= to_ms) continue;
    if (end.outcome == Outcome::unknown || end.outcome == Outcome::none) return std::nullopt;
    const double at = run_ms(run.history, std::max(end.answer->answered_ns, end.answer->sent_ns));
    last = std::max({last.value_or(at), at, begun});
  }
  return last;
}

// An open outage lasts at least to the last failure, and to the last start of a whole window.
double open_length(const Series& series, double begin_ms, double end_ms) {
  double until = end_ms - window_ms;
  for (const Point& point : series.points()) {
    if (!point.success && point.t_ms <= end_ms) until = std::max(until, point.t_ms);
  }
  return std::max(0.0, until - begin_ms);
}

// No outage was seen, and one of half the target would not have been.
bool is_too_coarse(const RtoRow& row) {
  return row.outages == 0 && row.resolution_ms > *row.target_ms / 2;
}

void judge_row(RtoRow& row, const Run& run, double from_ms) {
  row.verdict = Verdict::not_applicable;
  if (!row.target_ms) return;
  row.verdict = Verdict::inconclusive;
  if (!row.measured_ms) return;
  if (*row.measured_ms > *row.target_ms) {
    row.unsure = machine_late(run, from_ms, row.recovered_ms.value_or(run.arrivals_end_ms));
    if (row.unsure.empty()) row.verdict = Verdict::fail;
  } else if (is_too_coarse(row)) {
    row.verdict = Verdict::not_applicable;
    row.unsure = fmt::format("{} attempts are too few to see an outage of less than {}",
                             row.attempts, format_ms(row.resolution_ms));
  } else if (!row.open_at_end) {
    row.verdict = Verdict::pass;
  }
}

struct Context {
  const Run& run;
  const std::vector<Ended>& ended;
  const std::vector<Fault>& faults;
};

void describe_outage(RtoRow& row, const Context& context, const Series& series, OperationKind kind,
                     const Outage& outage) {
  const auto& points = series.points();
  const double end_ms = context.run.arrivals_end_ms;
  const double begin_ms = points[outage.begin].t_ms;
  row.first_error_ms = begin_ms;
  row.open_at_end = outage.end == none;
  if (row.open_at_end) {
    row.measured_ms = open_length(series, begin_ms, end_ms);
  } else {
    row.recovered_ms = points[outage.end].t_ms;
    row.measured_ms = *row.recovered_ms - begin_ms;
  }
  const size_t last = row.open_at_end ? points.size() : outage.end + 1;
  for (size_t i = outage.begin; i < last; ++i) {
    if (!points[i].success) continue;
    row.first_success_ms =
        std::min(row.first_success_ms.value_or(points[i].answered_ms), points[i].answered_ms);
  }
  row.drained_ms =
      drained_at(context.run, context.ended, kind, begin_ms, row.recovered_ms.value_or(end_ms));
}

RtoRow measure_row(const Context& context, const Series& series, OperationKind kind, size_t index,
                   const std::vector<Outage>& outages) {
  const Run& run = context.run;
  const Fault& fault = context.faults[index];
  RtoRow row;
  row.operation = name_of(kind);
  row.fault = fault.record->id;
  row.baseline = series.baseline().measured;
  if (const auto target = run.targets.rto_ms.find(row.operation);
      target != run.targets.rto_ms.end()) {
    row.target_ms = static_cast<double>(target->second);
  }
  const size_t from = series.first_from(fault.from_ms);
  const size_t to = std::max(from, series.first_from(run.arrivals_end_ms));
  row.attempts = static_cast<int64_t>(to - from);
  if (row.attempts > 0) {
    row.measured_ms = 0;
    row.resolution_ms = (run.arrivals_end_ms - fault.from_ms) / static_cast<double>(row.attempts);
  }
  const Outage* worst = nullptr;
  const auto length = [&](const Outage& outage) {
    const double begin_ms = series.points()[outage.begin].t_ms;
    return outage.end == none ? open_length(series, begin_ms, run.arrivals_end_ms)
                              : series.points()[outage.end].t_ms - begin_ms;
  };
  for (const Outage& outage : outages) {
    if (outage.fault != index) continue;
    ++row.outages;
    row.down_total_ms += length(outage);
    if (worst == nullptr || outage.end == none || length(outage) > length(*worst)) worst = &outage;
  }
  if (worst != nullptr) describe_outage(row, context, series, kind, *worst);
  if (run.redundancy_restored_ms && *run.redundancy_restored_ms >= fault.from_ms) {
    row.redundancy_restored_ms = run.redundancy_restored_ms;
  }
  const double until = row.recovered_ms.value_or(
      index + 1 < context.faults.size() && worst == nullptr ? context.faults[index + 1].from_ms
                                                            : run.arrivals_end_ms);
  const Phases phases = measure_phases(run.roles, fault.from_ms, until, row.first_success_ms);
  row.detect_ms = phases.detect_ms;
  row.elect_ms = phases.elect_ms;
  row.promote_ms = phases.promote_ms;
  row.reconnect_ms = phases.reconnect_ms;
  judge_row(row, run, fault.from_ms);
  return row;
}

}  // namespace

std::vector<RtoRow> measure_rto(const Joined& joined) {
  const Run& run = joined.run;
  std::vector<RtoRow> rows;
  const std::vector<Fault> faults = disruptive_faults(run);
  if (faults.empty() || run.history.zero_ns == 0) return rows;
  auto points = points_by_kind(run);
  const Context context{run, joined.ended, faults};
  for (size_t i = 0; i < points.size(); ++i) {
    const auto kind = static_cast<OperationKind>(i);
    if (points[i].empty() && !run.targets.rto_ms.contains(std::string(name_of(kind)))) continue;
    const Series series(std::move(points[i]), run.arrivals_end_ms);
    const auto outages = find_outages(series, faults);
    for (size_t fault = 0; fault < faults.size(); ++fault) {
      rows.push_back(measure_row(context, series, kind, fault, outages));
    }
  }
  return rows;
}

}  // namespace rehearse
