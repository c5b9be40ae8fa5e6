// Everything that a node, a zone or a role sends to others takes `delay` longer (more or less
// `jitter`), as over a longer or an overloaded line. What it receives is not delayed: a round trip
// grows by one delay, and by two where both ends are targets.
//
// Heals by: rule and qdisc go, and packets that are held are let go. Dead-man: packets pass when
// nobody holds them any more; where the kernel's own netem does it, the guardian takes it away.
// Effect: on every node the rule is in force, packets were held, and a round trip of our own takes
// as long as was asked for. Healed: no rule, and such a round trip is as short as before.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "faults/places.hpp"

namespace rehearse {
namespace {

constexpr int64_t delay_ms_max = 60'000;
constexpr int64_t trip_ms_max = 1'000;       // of a round trip besides the delay, on a busy machine
constexpr int64_t trip_before_ms_max = 200;  // while the fault is planned, which has a second
constexpr double clock_ms = 0.5;             // by which a timer of the kernel's may be early
constexpr double short_ms = 5;               // what is not told from a busy machine

class NetworkLatency final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    const auto& params = context.entry.params;
    auto place = resolve_place(context, std::get<Target>(params.at("target")));
    if (!place) return std::unexpected(place.error());
    place_ = std::move(*place);
    const int64_t delay_ms = std::get<int64_t>(params.at("delay"));
    const auto jitter = params.find("jitter");
    const int64_t jitter_ms = jitter == params.end() ? 0 : std::get<int64_t>(jitter->second);
    if (jitter_ms > delay_ms)
      return fail(ExitCode::inconclusive,
                  fmt::format("a jitter of {} ms is longer than the delay of {} ms: what it would "
                              "send early cannot be",
                              jitter_ms, delay_ms));
    // Also finds out by which means this machine delays, which takes a moment.
    const auto before = context.runtime.delays(place_.nodes);
    if (!before) return std::unexpected(before.error());
    spec_ = {delay_ms * 1'000, jitter_ms * 1'000, context.random()};
    const auto trips = context.runtime.round_trips(place_.nodes, trip_before_ms_max);
    if (!trips) return std::unexpected(trips.error());
    trips_before_ = *trips;
    return PlannedFault{
        context.entry.id, "network_latency", place_.name, {{"undelay", place_.nodes}}};
  }

  Status inject(Effects& runtime) override { return runtime.delay(place_.nodes, spec_); }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto states = runtime.delays(place_.nodes);
    if (!states) return std::unexpected(states.error());
    for (const auto& [node, state] : *states)
      if (!state.active) return std::nullopt;
    Evidence evidence = describe(*states, "_at_effect");
    if (evidence.at("packets_delayed_at_effect") == "0") return std::nullopt;
    const double least_ms = static_cast<double>(spec_.delay_us - spec_.jitter_us) / 1'000;
    const auto trips =
        runtime.round_trips(place_.nodes, (spec_.delay_us + spec_.jitter_us) / 1'000 + trip_ms_max);
    if (!trips) return std::unexpected(trips.error());
    for (const auto& [node, state] : *states) {
      if (state.median_ms && *state.median_ms < least_ms) return std::nullopt;
      const auto trip = trips->find(node);
      if (trip != trips->end() && trip->second < least_ms - clock_ms) return std::nullopt;
      // Where it is cut off as well, say, what its packets were held for has to do.
      if (trip == trips->end() && !state.median_ms) return std::nullopt;
    }
    evidence["round_trip_ms_min_before"] = shortest(trips_before_);
    evidence["round_trip_ms_min"] = shortest(*trips);
    return evidence;
  }

  // Not by round trips: they take as long as the delay, and the healing would wait for them.
  Result<bool> holds(Effects& runtime) override {
    const auto states = runtime.delays(place_.nodes);
    if (!states) return std::unexpected(states.error());
    return std::ranges::all_of(*states, [](const auto& state) { return state.second.active; });
  }

  Evidence afterwards(Effects& runtime) override {
    const auto states = runtime.delays(place_.nodes);
    return states ? describe(*states, "") : Evidence{};
  }

  Result<Evidence> restored(Effects& runtime) override {
    const auto states = runtime.delays(place_.nodes);
    if (!states) return std::unexpected(states.error());
    for (const auto& [node, state] : *states)
      if (state.active)
        return fail(ExitCode::machine, fmt::format("what {} sends is still delayed", node));
    const auto trips = runtime.round_trips(place_.nodes, trip_ms_max);
    if (!trips) return std::unexpected(trips.error());
    const double still_ms = std::max(static_cast<double>(spec_.delay_us) / 2'000, short_ms);
    for (const auto& [node, trip_ms] : *trips) {
      const auto before = trips_before_.find(node);
      if (before == trips_before_.end() || trip_ms <= before->second + still_ms) continue;
      return fail(ExitCode::machine,
                  fmt::format("a round trip from {} still takes {:.1f} ms, and took {:.1f} before",
                              node, trip_ms, before->second));
    }
    return Evidence{{"round_trip_ms_min_after", shortest(*trips)}};
  }

 private:
  static std::string shortest(const std::map<std::string, double>& trips) {
    if (trips.empty()) return "not measured";
    const auto least =
        std::ranges::min_element(trips, {}, [](const auto& trip) { return trip.second; });
    return fmt::format("{:.1f}", least->second);
  }

  // Over all nodes: the sum of packets, the shortest median, the longest p99.
  static Evidence describe(const std::map<std::string, DelayState>& states,
                           const std::string& when) {
    int64_t packets = 0;
    std::optional<double> median_ms, p99_ms;
    for (const auto& [node, state] : states) {
      packets += state.packets;
      if (state.median_ms)
        median_ms = std::min(median_ms.value_or(*state.median_ms), *state.median_ms);
      if (state.p99_ms) p99_ms = std::max(p99_ms.value_or(0), *state.p99_ms);
    }
    const auto text = [](const std::optional<double>& ms) {
      return ms ? fmt::format("{:.1f}", *ms) : std::string("not measured");
    };
    return {{"packets_delayed" + when, std::to_string(packets)},
            {"hold_median_ms_min" + when, text(median_ms)},
            {"hold_p99_ms_max" + when, text(p99_ms)}};
  }

  Place place_;
  DelaySpec spec_;
  std::map<std::string, double> trips_before_;
};

}  // namespace

FaultSchema network_latency_schema() {
  return {"network_latency",
          "What a zone, a node or a role sends to others takes longer",
          Length::lasting,
          {{"target", ParamType::target_place, true, {}},
           {"delay", ParamType::duration, true, {}, 1, delay_ms_max},
           {"jitter", ParamType::duration, false, {}, 1, delay_ms_max}}};
}
std::unique_ptr<Fault> make_network_latency() {
  return std::make_unique<NetworkLatency>();
}

}  // namespace rehearse
