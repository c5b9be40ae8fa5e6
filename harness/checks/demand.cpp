#include "checks/demand.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ranges>
#include <set>
#include <span>
#include <utility>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "checks/machine.hpp"

namespace rehearse {
namespace {

constexpr double slice_ms = 5'000;
// A slice with fewer says nothing of how often they were tried.
constexpr int64_t operations_min = 20;
// What steady needed varies by itself; this is clearly more.
constexpr double attempts_more = 0.2, queue_times = 3, queue_more = 200;
constexpr double room_idle = 0.1;

class Demand {
 public:
  explicit Demand(const Joined& joined) : run_(joined.run) {
    for (const Attempt& attempt : run_.history.attempts) {
      // Whoever watches a payment looks again until it has ended.
      if (is_settlement(run_.history.operations[attempt.operation].kind)) continue;
      tries_.push_back({run_ms(run_.history, attempt.intended_ns), &attempt});
    }
    std::ranges::sort(tries_, {}, &Try::t_ms);
    if (run_.books.lags)
      for (const LagSample& lag : *run_.books.lags)
        queues_.push_back({static_cast<double>(lag.t_ms), lag.value});
    std::ranges::sort(queues_, {}, &Queue::t_ms);
    std::map<std::string_view, std::string_view> held;
    for (const RoleChange& change : run_.roles) {
      const auto [known, is_first] = held.try_emplace(change.component);
      const bool comes_back = !is_first && known->second.empty();
      known->second = change.role;
      if (change.planned) continue;
      if (change.role.empty())
        gone_ms_.push_back(change.t_ms);
      else if (!comes_back)
        moved_ms_.push_back(change.t_ms);
    }
    const int64_t zero_ms = run_.zero_wall_ns / ns_per_ms;
    if (!run_.books.provider_requests || zero_ms == 0) return;
    std::set<std::pair<std::string_view, std::string_view>> sent;
    for (const ProviderRequest& request : *run_.books.provider_requests) {
      if (request.kind != "create") continue;
      if (!sent.insert({request.provider, request.business_key}).second)
        again_ms_.push_back(static_cast<double>(request.at_ms - zero_ms));
    }
  }

  DemandPhase between(double from_ms, double to_ms) const {
    const auto inside = [&](double t_ms) { return from_ms <= t_ms && t_ms < to_ms; };
    DemandPhase demand;
    const auto tries = span_of(tries_, from_ms, to_ms);
    int64_t begun = 0;
    for (const Try& one : tries) ++(one.attempt->number > 1 ? demand.retries : begun);
    if (begun >= operations_min)
      demand.attempts_per_operation =
          static_cast<double>(tries.size()) / static_cast<double>(begun);
    if (run_.books.provider_requests) demand.sent_again = std::ranges::count_if(again_ms_, inside);
    demand.roles_moved = std::ranges::count_if(moved_ms_, inside);
    demand.nodes_gone = std::ranges::count_if(gone_ms_, inside);
    demand.queue = queue_between(from_ms, to_ms);
    if (const auto machine = machine_between(run_, from_ms, to_ms)) demand.idle = machine->idle;
    return demand;
  }

 private:
  struct Try {
    double t_ms = 0;
    const Attempt* attempt = nullptr;
  };
  struct Queue {
    double t_ms = 0;
    int64_t length = 0;
  };

  // What is of from <= t < to, of what is in the order of time.
  template <typename Timed>
  static std::span<const Timed> span_of(const std::vector<Timed>& all, double from_ms,
                                        double to_ms) {
    const auto from = std::ranges::lower_bound(all, from_ms, {}, &Timed::t_ms);
    const auto to = std::ranges::lower_bound(all, std::max(from_ms, to_ms), {}, &Timed::t_ms);
    return {from, to};
  }

  std::optional<double> queue_between(double from_ms, double to_ms) const {
    std::map<double, int64_t> longest;  // by second
    for (const Queue& queue : span_of(queues_, from_ms, to_ms)) {
      int64_t& value = longest[std::floor(queue.t_ms / 1000)];
      value = std::max(value, queue.length);
    }
    if (longest.empty()) return std::nullopt;
    std::vector<int64_t> values;
    for (const auto& [second, value] : longest) values.push_back(value);
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    return static_cast<double>(*middle);
  }

  const Run& run_;
  std::vector<Try> tries_;
  std::vector<Queue> queues_;
  std::vector<double> again_ms_, moved_ms_, gone_ms_;
};

// What a slice needs more than steady did, in words.
std::vector<std::string> more_than(const DemandPhase& steady, const DemandPhase& now) {
  std::vector<std::string> more;
  if (steady.attempts_per_operation && now.attempts_per_operation &&
      *now.attempts_per_operation > *steady.attempts_per_operation + attempts_more)
    more.push_back(fmt::format("{:.2f} attempts an operation, not {:.2f}",
                               *now.attempts_per_operation, *steady.attempts_per_operation));
  if (steady.queue && now.queue && *now.queue > queue_times * *steady.queue + queue_more)
    more.push_back(fmt::format("queues of {:.0f}, not {:.0f}", *now.queue, *steady.queue));
  if (now.roles_moved + now.nodes_gone > 0)
    more.push_back(
        fmt::format("{} roles moved and {} nodes gone", now.roles_moved, now.nodes_gone));
  return more;
}

// Null: nothing disruptive, or not all of it was healed.
std::optional<double> last_healed_ms(const Run& run) {
  std::optional<double> last;
  for (const FaultRecord& fault : run.faults) {
    if (!fault.disruptive || !fault.effective_ms) continue;
    if (!fault.healed_ms) return std::nullopt;
    last = std::max(last.value_or(*fault.healed_ms), *fault.healed_ms);
  }
  return last;
}

bool is_led_by(std::string_view role) {
  return role == "primary" || role == "writer" || role == "master";
}

// When the elections that the fault made were over: whoever tries meanwhile waits for them. Each
// role once, for what is lost again is what overload does. Null: one was not over.
std::optional<double> led_again_ms(const Run& run, double healed_ms) {
  std::vector<RoleChange> changes = run.roles;
  std::ranges::stable_sort(changes, {}, &RoleChange::t_ms);
  std::map<std::string, std::string> held;  // by node
  std::map<std::string, double> lost_ms;    // by role: since when nobody has it
  std::set<std::string> excused;
  double led_ms = healed_ms;
  for (const RoleChange& change : changes) {
    const std::string before = std::exchange(held[change.component], change.role);
    if (is_led_by(before) && std::ranges::count(held | std::views::values, before) == 0)
      lost_ms.try_emplace(before, change.t_ms - change.resolution_ms);
    const auto lost = lost_ms.extract(change.role);
    if (!lost || change.t_ms <= led_ms || lost.mapped() > led_ms) continue;
    if (excused.insert(change.role).second) led_ms = change.t_ms;
  }
  for (const auto& [role, since_ms] : lost_ms)
    if (since_ms <= led_ms && !excused.contains(role)) return std::nullopt;
  return led_ms;
}

}  // namespace

std::vector<DemandPhase> measure_demand(const Joined& joined, const std::vector<RtoRow>& rto) {
  const Demand demand(joined);
  std::vector<DemandPhase> phases;
  for (const PhaseSpan& span : phase_spans(joined.run, rto)) {
    if (span.from_ms >= span.to_ms) continue;
    phases.push_back(demand.between(span.from_ms, span.to_ms));
    phases.back().phase = span.phase;
  }
  return phases;
}

std::optional<DemandStays> demand_stays(const Joined& joined) {
  const Run& run = joined.run;
  const auto healed_ms = last_healed_ms(run);
  const auto led_ms = healed_ms ? led_again_ms(run, *healed_ms) : std::nullopt;
  if (!led_ms) return std::nullopt;
  const Demand demand(joined);
  const DemandPhase steady = demand.between(run.steady_from_ms, 0);
  std::vector<std::string> last;
  int64_t slices = 0, above = 0, above_until = 0;
  for (double from_ms = *led_ms; from_ms + slice_ms <= run.arrivals_end_ms; from_ms += slice_ms) {
    ++slices;
    auto more = more_than(steady, demand.between(from_ms, from_ms + slice_ms));
    if (more.empty()) continue;
    ++above;
    above_until = slices;
    last = std::move(more);
  }
  // Once is no demand that stays: most of the time until it fell, and for longer than it may.
  const double for_ms = static_cast<double>(above_until) * slice_ms;
  const double until_ms = *led_ms + for_ms;
  if (for_ms <= demand_falls_within_ms || 2 * above <= above_until) return std::nullopt;
  const auto machine = machine_between(run, *led_ms, until_ms);
  DemandStays stays;
  stays.for_ms = for_ms;
  stays.machine_had_room = machine && machine->idle.value_or(0) >= room_idle;
  const DemandPhase whole = demand.between(*led_ms, until_ms);
  stays.text = fmt::format(
      "{} after the last healing{} demand was still above what steady needed ({}); since then {} "
      "retries of clients, {} sent to providers again, {} roles moved, {} nodes gone",
      format_ms(for_ms), *led_ms > *healed_ms ? " and the election after it" : "",
      fmt::join(last, ", "), whole.retries, whole.sent_again.value_or(0), whole.roles_moved,
      whole.nodes_gone);
  if (machine && machine->idle)
    stays.text += fmt::format("; processors idle {:.0f}%", *machine->idle * 100);
  return stays;
}

}  // namespace rehearse
