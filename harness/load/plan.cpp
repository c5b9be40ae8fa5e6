// The arrivals of a run, all made before it: a Poisson process whose rate follows the steps, each
// bet with at most one follow-up. Method for varying rates: thinning (Lewis and Shedler, 1979).
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/clock.hpp"
#include "load/load.hpp"
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

std::vector<Segment> segments_of(const LoadPlan& plan) {
  const double length_s = static_cast<double>(plan.length_ms_max) / 1000;
  std::vector<Segment> segments;
  double start_s = 0, rate = 0;
  for (const LoadStep& step : plan.steps) {
    const double end_s = std::min(length_s, start_s + static_cast<double>(step.for_ms) / 1000);
    segments.push_back({start_s, end_s, step.ramp ? rate : step.rate_per_s, step.rate_per_s});
    start_s = end_s;
    rate = step.rate_per_s;
  }
  segments.push_back({start_s, length_s, rate, rate});  // the last step lasts on
  return segments;
}

class Planner {
 public:
  explicit Planner(const LoadPlan& plan)
      : plan_(plan), random_(plan.seed), length_ns_(plan.length_ms_max * ns_per_ms) {
    const LoadProfile& p = plan.profile;
    weights_ = p.bet + p.balance + p.deposit + p.payout;
    assert(weights_ > 0 && plan.players > 0 && p.win_share + p.rollback_share <= 1);
    // The rate counts follow-ups too: what starts by itself is that much less.
    starts_per_arrival_ = 1 / (1 + p.bet / weights_ * (p.win_share + p.rollback_share));
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
    arrival.kind = starting_kind();
    arrival.player = player();
    arrival.currency = arrival.player % 4 == 0 ? Currency::BRL : Currency::EUR;
    if (arrival.kind == OperationKind::bet) {
      arrival.amount_minor = bet_minor();
      arrival.round = ++rounds_;
    } else if (arrival.kind == OperationKind::deposit) {
      arrival.amount_minor = random_.between(1'000, 20'000);
    } else if (arrival.kind == OperationKind::payout) {
      arrival.amount_minor = random_.between(500, 5'000);
    }
    arrivals_.push_back(arrival);
    if (arrival.kind == OperationKind::bet) add_follow_up(arrival, arrivals_.size() - 1);
  }

  OperationKind starting_kind() {
    double u = random_.uniform() * weights_;
    if ((u -= plan_.profile.bet) < 0) return OperationKind::bet;
    if ((u -= plan_.profile.balance) < 0) return OperationKind::balance;
    if ((u -= plan_.profile.deposit) < 0) return OperationKind::deposit;
    // Where payouts have no weight, only rounding leads here.
    return plan_.profile.payout > 0 ? OperationKind::payout : OperationKind::bet;
  }

  // One arrival in five comes from the busiest tenth of the players, the rest from anyone.
  uint32_t player() {
    const uint32_t busy = std::max<uint32_t>(1, plan_.players / 10);
    const uint32_t among = random_.chance(0.2) ? busy : plan_.players;
    return static_cast<uint32_t>(random_.between(1, among));
  }

  // 10 to 2,000 minor, most of them small: half are below 40.
  int64_t bet_minor() {
    const double u = random_.uniform();
    return std::clamp<int64_t>(std::llround(10 * std::pow(200.0, u * u)), 10, 2'000);
  }

  // 0.5 to 20 times the stake, 2.2 times on average: at 42% of bets about 94% go back to players.
  int64_t win_minor(int64_t bet) {
    const double times = std::min(20.0, 0.5 + random_.exponential(1.75));
    return std::max<int64_t>(1, std::llround(static_cast<double>(bet) * times));
  }

  void add_follow_up(const Arrival& bet, uint64_t bet_index) {
    const double u = random_.uniform();
    const double wins = plan_.profile.win_share;
    if (u >= wins + plan_.profile.rollback_share) return;  // lost: nothing follows
    Arrival next = bet;
    next.kind = u < wins ? OperationKind::win : OperationKind::rollback;
    if (next.kind == OperationKind::win) next.amount_minor = win_minor(bet.amount_minor);
    const double delay_ms = random_.exponential(plan_.profile.settle_after_ms);
    next.at_ns += std::max(ns_per_ms, static_cast<int64_t>(delay_ms * ns_per_ms));
    next.related = bet_index;
    if (next.at_ns < length_ns_) arrivals_.push_back(next);
  }

  // Sorts by time; `related` then names the bet's new place.
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
      const bool follows =
          arrival.kind == OperationKind::win || arrival.kind == OperationKind::rollback;
      if (follows) arrival.related = place[arrival.related];
    }
    return result;
  }

  const LoadPlan& plan_;
  Random random_;
  int64_t length_ns_;
  double weights_ = 0;
  double starts_per_arrival_ = 1;
  uint64_t rounds_ = 0;
  std::vector<Arrival> arrivals_;
};

}  // namespace

std::vector<Arrival> plan_arrivals(const LoadPlan& plan) {
  return Planner(plan).all();
}

HistoryRoom history_room(const LoadPlan& plan) {
  const LoadProfile& p = plan.profile;
  double arrivals = 0, rate_max = 0;
  for (const Segment& segment : segments_of(plan)) {
    const double length_s = std::max(0.0, segment.end_s - segment.start_s);
    arrivals += length_s * (segment.from_per_s + segment.to_per_s) / 2;
    rate_max = std::max({rate_max, segment.from_per_s, segment.to_per_s});
  }
  const double payments = (p.deposit + p.payout) / (p.bet + p.balance + p.deposit + p.payout);
  // A Poisson count strays by its root; six of them are never met.
  const double operations = (arrivals + 6 * std::sqrt(arrivals)) * (1 + payments) + 1'000;
  // The longest outage: everything that may be in flight tries about once a second all along.
  const double retrying = std::min<double>(load_in_flight_max, 60 * rate_max);
  const double length_s = static_cast<double>(plan.length_ms_max) / 1000 + 60;
  return {static_cast<size_t>(operations),
          static_cast<size_t>(2 * operations + retrying * length_s)};
}

}  // namespace rehearse
