#include "checks/attempt_series.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <string_view>
#include <utility>

#include "checks/measures.hpp"
#include "checks/view.hpp"
#include "record/felt.hpp"

namespace rehearse {
namespace {

constexpr double success_share_min = 0.99;  // of the steady phase's share
constexpr double slow_share_max = 0.05;     // p95; a single slow one is no outage
constexpr double slow_factor = 2;           // of the steady phase's p95
constexpr double far_slower_factor = 10, far_slower_ms_min = 1000;
// Players run out of money and into limits as time goes by: a few refusals more are no outage. By
// chance alone none is opened in a million windows.
constexpr double opens_below = 0.5, opens_chance = 1e-6;
constexpr double ends_above = 0.9, ends_chance = 0.01;

}  // namespace

std::array<std::vector<AttemptPoint>, operation_kinds> points_by_kind(const Run& run) {
  std::array<std::vector<AttemptPoint>, operation_kinds> points;
  const auto& history = run.history;
  for (const Attempt& attempt : history.attempts) {
    if (attempt.operation >= history.operations.size()) continue;
    AttemptPoint point;
    point.t_ms = run_ms(history, attempt.intended_ns);
    point.steady = in_steady_phase(run, attempt);
    point.success = attempt.outcome == Outcome::ok || attempt.outcome == Outcome::rejected;
    point.refused = attempt.outcome == Outcome::rejected && !is_rightly_declined(attempt);
    if (point.success) {
      point.answered_ms = run_ms(history, attempt.answered_ns);
      point.latency_ms = point.answered_ms - point.t_ms;
    }
    points.at(static_cast<size_t>(history.operations[attempt.operation].kind)).push_back(point);
  }
  return points;
}

bool is_rightly_declined(const Attempt& answer) {
  static constexpr std::array<std::string_view, 6> reasons = {
      "self_excluded", "frozen", "loss_limit", "deposit_limit", "rolled_back", "outside_window"};
  return std::ranges::find(reasons, std::string_view(answer.reason)) != reasons.end();
}

AttemptSeries::AttemptSeries(std::vector<AttemptPoint> points, double end_ms)
    : points_(std::move(points)), end_ms_(end_ms) {
  std::ranges::stable_sort(points_, {}, &AttemptPoint::t_ms);
  window_attempts_min_ = static_cast<size_t>(window_attempts_min(steady_attempts()));
  measure_baseline();
  sum_up();
  judge_windows();
}

size_t AttemptSeries::first_from(double t_ms) const {
  return static_cast<size_t>(std::ranges::lower_bound(points_, t_ms, {}, &AttemptPoint::t_ms) -
                             points_.begin());
}

bool AttemptSeries::is_stray(size_t i) const {
  const size_t start = std::min(i, first_from(end_ms_ - window_ms));
  return good(start, std::max(window_end(start), i + 1));
}

bool AttemptSeries::opens(size_t i) const {
  if (!baseline_.measured) return false;
  const size_t end = std::min(window_end(i), points_.size());
  if (std::cmp_less(end - i, window_attempts_max)) return false;
  if (points_[i].refused) return refuses(i, end, opens_below, opens_chance);
  const bool slow = far_slower_[i + 1] > far_slower_[i];
  return slow && 2 * (far_slower_[end] - far_slower_[i]) > static_cast<int64_t>(end - i);
}

// Fewer were accepted than `share` of what the steady phase leads to expect, and not by chance.
bool AttemptSeries::refuses(size_t begin, size_t end, double share, double chance) const {
  const auto answered = static_cast<double>(successes_[end] - successes_[begin]);
  const auto accepted = static_cast<double>(accepted_[end] - accepted_[begin]);
  if (answered == 0 || accepted >= share * baseline_.accepted_share * answered) return false;
  const boost::math::binomial_distribution<double> usual(answered, baseline_.accepted_share);
  return cdf(usual, accepted) < chance;
}

void AttemptSeries::measure_baseline() {
  std::vector<double> latencies;
  size_t all = 0, accepted = 0;
  for (const AttemptPoint& point : points_) {
    if (!point.steady) continue;
    ++all;
    if (point.success) latencies.push_back(point.latency_ms);
    if (point.success && !point.refused) ++accepted;
  }
  if (latencies.empty()) return;
  const auto answered = static_cast<double>(latencies.size());
  const auto rank = static_cast<size_t>(std::ceil((1 - slow_share_max) * answered));
  const auto nth = latencies.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(latencies, nth);
  // Laplace's rule: what was seen in a few is not certain.
  const double accepted_share = (static_cast<double>(accepted) + 1) / (answered + 2);
  baseline_ = {true, answered / static_cast<double>(all), accepted_share, *nth};
}

void AttemptSeries::sum_up() {
  const size_t size = points_.size() + 1;
  for (auto* sums : {&successes_, &accepted_, &slow_, &far_slower_}) sums->assign(size, 0);
  const double slow_ms = std::max(felt_at_once_ms, slow_factor * baseline_.p95_ms);
  const double far_ms = std::max(far_slower_ms_min, far_slower_factor * baseline_.p95_ms);
  for (size_t i = 0; i < points_.size(); ++i) {
    const AttemptPoint& point = points_[i];
    const auto add = [i](std::vector<int64_t>& sums, bool one) {
      sums[i + 1] = sums[i] + (one ? 1 : 0);
    };
    add(successes_, point.success);
    add(accepted_, point.success && !point.refused);
    add(slow_, !point.success || point.latency_ms > slow_ms);
    add(far_slower_, point.success && point.latency_ms > far_ms);
  }
}

// One past the last point of the window from `i`.
size_t AttemptSeries::window_end(size_t i) const {
  if (i >= points_.size()) return i;
  return std::max(first_from(points_[i].t_ms + window_ms), i + window_attempts_min_);
}

bool AttemptSeries::good(size_t begin, size_t end) const {
  if (begin >= end || end > points_.size()) return false;
  const auto count = static_cast<double>(end - begin);
  const auto successes = static_cast<double>(successes_[end] - successes_[begin]);
  const auto slow = static_cast<double>(slow_[end] - slow_[begin]);
  constexpr double rounding = 1e-9;
  return successes + rounding >= success_share_min * baseline_.success_share * count &&
         slow <= std::max(1.0, slow_share_max * count) + rounding &&
         !(baseline_.measured && refuses(begin, end, ends_above, ends_chance));
}

void AttemptSeries::judge_windows() {
  next_.assign(points_.size(), none);
  for (size_t i = points_.size(); i-- > 0;) {
    if (i + 1 < points_.size()) next_[i] = next_[i + 1];
    const size_t end = window_end(i);
    const bool observed = points_[i].t_ms + window_ms <= end_ms_ && end <= points_.size() &&
                          points_[end - 1].t_ms <= end_ms_;
    if (observed && points_[i].success && good(i, end)) next_[i] = i;
  }
}

}  // namespace rehearse
