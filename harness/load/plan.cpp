// The arrivals of a run, all made before it: a Poisson process whose rate follows the steps, each
// start with at most one follow-up. Method for varying rates: thinning (Lewis and Shedler, 1979).
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/clock.hpp"
#include "load/behaviour.hpp"
#include "load/random.hpp"

namespace rehearse {

namespace {

// The rate within one step: from one value to another, in a straight line.
struct Segment {
  double start_s = 0, end_s = 0;
  double from_per_s = 0, to_per_s = 0;

  double rate_at(double time_s) const {
    if (end_s <= start_s) return to_per_s;
    return from_per_s + (to_per_s - from_per_s) * (time_s - start_s) / (end_s - start_s);
  }
};

// The steps of the plan; of one with a single rate, that rate in the profile's shape.
std::vector<LoadStep> steps_of(const LoadPlan& plan) {
  const auto& shape = plan.profile.shape;
  int64_t turn_ms = 0;
  for (const LoadStep& step : shape) turn_ms += step.for_ms;
  if (plan.steps.size() != 1 || turn_ms <= 0) return plan.steps;
  std::vector<LoadStep> steps;
  for (int64_t begun_ms = 0; begun_ms < plan.length_ms_max; begun_ms += turn_ms) {
    for (LoadStep step : shape) {
      step.rate_per_s *= plan.steps[0].rate_per_s;
      steps.push_back(step);
    }
  }
  return steps;
}

std::vector<Segment> segments_of(const LoadPlan& plan) {
  const double length_s = static_cast<double>(plan.length_ms_max) / 1000;
  std::vector<Segment> segments;
  double start_s = 0, rate = 0;
  for (const LoadStep& step : steps_of(plan)) {
    const double end_s = std::min(length_s, start_s + static_cast<double>(step.for_ms) / 1000);
    segments.push_back({start_s, end_s, step.ramp ? rate : step.rate_per_s, step.rate_per_s});
    start_s = end_s;
    rate = step.rate_per_s;
  }
  segments.push_back({start_s, length_s, rate, rate});  // the last step lasts on
  return segments;
}

// Of one arrival that starts by itself, on average.
double follow_ups_per_start(const LoadProfile& profile) {
  double sum = 0;
  for (const Behaviour& behaviour : behaviours()) {
    if (behaviour.follow_ups == nullptr || profile.weight(behaviour.kind) <= 0) continue;
    for (const FollowUp& one : behaviour.follow_ups(profile)) {
      sum += profile.weight(behaviour.kind) * one.share;
    }
  }
  return sum / profile.weights_sum();
}

// Of one arrival that starts by itself.
double watches_per_start(const LoadProfile& profile) {
  double sum = 0;
  for (const Behaviour& behaviour : behaviours()) {
    if (watch_of(behaviour.kind)) sum += profile.weight(behaviour.kind);
  }
  return sum / profile.weights_sum();
}

class Planner {
 public:
  explicit Planner(const LoadPlan& plan)
      : plan_(plan),
        random_(plan.seed),
        length_ns_(plan.length_ms_max * ns_per_ms),
        rounds_(plan.rounds_before) {
    weights_ = plan.profile.weights_sum();
    assert(weights_ > 0 && plan.players > 0 && follow_ups_per_start(plan.profile) <= 1);
    // The rate counts follow-ups too: what starts by itself is that much less.
    starts_per_arrival_ = 1 / (1 + follow_ups_per_start(plan.profile));
  }

  std::vector<Arrival> all() {
    for (const Segment& segment : segments_of(plan_)) add_segment(segment);
    return ordered();
  }

 private:
  void add_segment(const Segment& segment) {
    const double most = std::max(segment.from_per_s, segment.to_per_s) * starts_per_arrival_;
    if (most <= 0) return;
    for (double t = segment.start_s + random_.exponential(1 / most); t < segment.end_s;
         t += random_.exponential(1 / most)) {
      if (random_.chance(segment.rate_at(t) * starts_per_arrival_ / most)) add_start(t);
    }
  }

  void add_start(double time_s) {
    Arrival arrival;
    arrival.at_ns = static_cast<int64_t>(time_s * ns_per_s);
    const Behaviour& behaviour = starting();
    arrival.kind = behaviour.kind;
    arrival.player = player();
    arrival.currency = arrival.player % 4 == 0 ? Currency::BRL : Currency::EUR;
    Draw draw{random_, plan_.profile, plan_.seed, rounds_};
    if (behaviour.draw != nullptr) behaviour.draw(arrival, draw);
    arrivals_.push_back(arrival);
    if (behaviour.follow_ups != nullptr) add_follow_up(behaviour, arrivals_.size() - 1);
  }

  const Behaviour& starting() {
    double u = random_.uniform() * weights_;
    const Behaviour* last = nullptr;
    for (const Behaviour& behaviour : behaviours()) {
      const double weight = plan_.profile.weight(behaviour.kind);
      if (weight <= 0) continue;
      last = &behaviour;
      if ((u -= weight) < 0) break;
    }
    return *last;  // where rounding leaves a rest, that is the last one's
  }

  // One arrival in five comes from the busiest tenth of the players, the rest from anyone.
  uint32_t player() {
    const uint32_t busy = std::max<uint32_t>(1, plan_.players / 10);
    const uint32_t among = random_.chance(0.2) ? busy : plan_.players;
    return static_cast<uint32_t>(random_.between(1, among));
  }

  // At most one of those that may follow.
  void add_follow_up(const Behaviour& behaviour, uint64_t index) {
    const auto possible = behaviour.follow_ups(plan_.profile);
    double all = 0;
    for (const FollowUp& one : possible) all += one.share;
    if (all <= 0) return;
    double u = random_.uniform();
    for (const FollowUp& one : possible) {
      if ((u -= one.share) < 0) return add_follow_up(one, index);
    }
  }

  void add_follow_up(const FollowUp& follow_up, uint64_t index) {
    Arrival next = arrivals_[index];
    next.kind = follow_up.kind;
    next.related = index;
    next.follows = true;
    Draw draw{random_, plan_.profile, plan_.seed, rounds_};
    const Behaviour* behaviour = behaviour_of(follow_up.kind);
    if (behaviour->draw != nullptr) behaviour->draw(next, draw);
    const double delay_ms = random_.exponential(follow_up.mean_delay_ms);
    next.at_ns += std::max(ns_per_ms, static_cast<int64_t>(delay_ms * ns_per_ms));
    if (next.at_ns < length_ns_) arrivals_.push_back(next);
  }

  // Sorts by time; `related` then names the new place.
  std::vector<Arrival> ordered() const {
    std::vector<uint64_t> order(arrivals_.size());
    std::iota(order.begin(), order.end(), uint64_t{0});
    std::ranges::stable_sort(order, {}, [this](uint64_t i) { return arrivals_[i].at_ns; });
    std::vector<uint64_t> place(arrivals_.size());
    for (uint64_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    std::vector<Arrival> result;
    result.reserve(order.size());
    for (const uint64_t index : order) {
      result.push_back(arrivals_[index]);
      Arrival& arrival = result.back();
      if (arrival.follows) arrival.related = place[arrival.related];
    }
    return result;
  }

  const LoadPlan& plan_;
  Random random_;
  int64_t length_ns_;
  double weights_ = 0;
  double starts_per_arrival_ = 1;
  uint64_t rounds_;
  std::vector<Arrival> arrivals_;
};

}  // namespace

std::vector<Arrival> plan_arrivals(const LoadPlan& plan) {
  return Planner(plan).all();
}

std::map<OperationKind, double> expected_arrivals(const LoadPlan& plan, double from_ms,
                                                  double to_ms) {
  double arrivals = 0;
  for (const Segment& segment : segments_of(plan)) {
    const double from_s = std::max(segment.start_s, from_ms / 1000);
    const double to_s = std::min(segment.end_s, to_ms / 1000);
    if (from_s < to_s) arrivals += (to_s - from_s) * segment.rate_at((from_s + to_s) / 2);
  }
  const LoadProfile& profile = plan.profile;
  const double starts = arrivals / (1 + follow_ups_per_start(profile));
  std::map<OperationKind, double> expected;
  for (const Behaviour& behaviour : behaviours()) {
    const double own = starts * profile.weight(behaviour.kind) / profile.weights_sum();
    if (own <= 0) continue;
    expected[behaviour.kind] += own;
    if (behaviour.follow_ups == nullptr) continue;
    for (const FollowUp& one : behaviour.follow_ups(profile)) expected[one.kind] += own * one.share;
  }
  for (const auto& [kind, count] : std::map(expected)) {
    if (const auto watch = watch_of(kind)) expected[*watch] = count;
  }
  return expected;
}

HistoryRoom history_room(const LoadPlan& plan) {
  double arrivals = 0, rate_max = 0;
  for (const Segment& segment : segments_of(plan)) {
    const double length_s = std::max(0.0, segment.end_s - segment.start_s);
    arrivals += length_s * (segment.from_per_s + segment.to_per_s) / 2;
    rate_max = std::max({rate_max, segment.from_per_s, segment.to_per_s});
  }
  const double watched = watches_per_start(plan.profile);
  // A Poisson count strays by its root; six of them are never met.
  const double operations = (arrivals + 6 * std::sqrt(arrivals)) * (1 + watched) + 1'000;
  // The longest outage: everything that may be in flight tries about once a second all along.
  const double retrying = std::min<double>(load_in_flight_max, 60 * rate_max);
  const double length_s = static_cast<double>(plan.length_ms_max) / 1000 + 60;
  return {static_cast<size_t>(operations),
          static_cast<size_t>(2 * operations + retrying * length_s)};
}

}  // namespace rehearse
