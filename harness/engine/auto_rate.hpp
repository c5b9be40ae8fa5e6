// `rate: auto`: which rate of arrivals the machine can carry and still have processors to spare, so
// that what is measured tells of the platform. Found by a probe before the steady phase: a low rate
// for some seconds, then higher ones while there is enough to spare, and a straight line through
// what was idle at each.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "load/load.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

struct RateProbe {
  double rate_per_s = 0;
  std::optional<double> idle_share;  // of the processors; null: the kernel does not tell
};

struct FoundRate {
  double rate_per_s = 0;  // in tenths, so that a scenario says it exactly
  std::string why;        // with what was seen at each probe
};

constexpr int64_t probe_step_ms = 5'000;
constexpr int64_t probe_settling_ms = 2'000;  // of a step: the change itself is not looked at

// The rates that are probed, rising: from the least to half of the most.
std::vector<double> probe_rates(const AutoRate& bounds);

// The plan of the probe: all steps, each with its rate. What of it is played is as fixed as the
// rest.
LoadPlan probe_plan_of(LoadPlan plan, const AutoRate& bounds);

// What the history needs for a plan, and for the probe before it where there is one.
HistoryRoom room_with_probe(const LoadPlan& plan, const std::optional<AutoRate>& bounds);

// Whether a higher rate is worth a try.
bool has_to_spare(const AutoRate& bounds, const RateProbe& last);

// What leaves the declared share idle, by least squares; never beyond the bounds, and never above
// what was tried where that did not leave enough.
FoundRate find_rate(const AutoRate& bounds, const std::vector<RateProbe>& probes);

// Waits through the steps of a probe whose load began at `began_ns`, as far as there is something
// to spare; nullopt: cancelled.
std::optional<FoundRate> probe_rate(
    const AutoRate& bounds, int64_t began_ns,
    const std::function<std::optional<double>(int64_t from_ns, int64_t to_ns)>& idle_share,
    const std::function<bool(int64_t until_ns)>& wait_until);

}  // namespace rehearse
