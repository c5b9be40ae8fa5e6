// Everything that a node, a zone or a role sends to others takes `delay` longer (more or less
// `jitter`), as over a longer or an overloaded line. What it receives is not delayed: a round trip
// grows by one delay, and by two where both ends are targets.
//
// Heals by: rule and qdisc go, and packets that are held are let go. Dead-man: packets pass when
// nobody holds them any more; where the kernel's own netem does it, the guardian takes it away.
// Effect: on every node the rule is in force, and packets were held as long as was asked for.
#include <fmt/format.h>

#include <algorithm>

#include "faults/places.hpp"

namespace rehearse {
namespace {

constexpr int64_t delay_ms_max = 60'000;

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
    for (const auto& [node, state] : *states)
      if (state.median_ms && *state.median_ms < least_ms) return std::nullopt;
    return evidence;
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
    return Evidence{};
  }

 private:
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
