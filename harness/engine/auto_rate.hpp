// `rate: auto`: which rate of arrivals the machine can carry and still have processors to spare, so
// that what is measured tells of the platform. The scenario's load begins at the most that it may
// be, and where a look in the warm-up sees enough to spare, that is the rate and nothing was lost.
// Otherwise a probe finds it: a low rate for some seconds, then higher ones while there is enough
// to spare, and a straight line through what was idle at each.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "load/load.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

struct RateProbe {
  double rate_per_s = 0;
  std::optional<double> idle_share;  // of the processors; null: the kernel does not tell
};

struct FoundRate {
  double rate_per_s = 0;   // the most, or in tenths, so that a scenario says it exactly
  std::string why;         // with what was seen at each probe
  bool is_played = false;  // the load that plays has it already
  // The least, and nothing showed that the machine carries it: less may have been better.
  bool is_unproven = false;
};

constexpr int64_t probe_look_ms = 3'000;  // of a step, its end: the change itself is not looked at
constexpr int64_t probe_step_ms = 5'000;
// The first step may have to work off what a look at too much has left.
constexpr int64_t probe_first_ms = 10'000;

// The rates that are probed, rising: from the least to half of the most.
std::vector<double> probe_rates(const AutoRate& bounds);

// The plan of the probe: all steps, each with its rate. What of it is played is as fixed as the
// rest.
LoadPlan probe_plan_of(LoadPlan plan, const AutoRate& bounds);
// A plan that follows a probe, and a look before it: it has rounds of its own.
LoadPlan plan_after_probe(LoadPlan plan);

// What the history needs for a plan, and for the look and the probe before it where there are some.
HistoryRoom room_with_probe(const LoadPlan& plan, const std::optional<AutoRate>& bounds);

// Whether a higher rate is worth a try.
bool has_to_spare(const AutoRate& bounds, const RateProbe& last);

// What leaves the declared share idle, by least squares; never beyond the bounds, and never above
// what was tried where that did not leave enough.
FoundRate find_rate(const AutoRate& bounds, const std::vector<RateProbe>& probes);

// What finding a rate does; tests pass their own.
struct ProbeHands {
  std::function<std::optional<double>(int64_t from_ns, int64_t to_ns)> idle_share;
  std::function<bool(int64_t until_ns)> wait_until;  // false: cancelled
  std::function<int64_t()> play_probe;  // instead of the scenario's load; when it begins
};

// The load of the scenario plays at its most, since `most_from_ns`; null: not all of the time, so a
// look at it says nothing. nullopt: cancelled.
std::optional<FoundRate> probe_rate(const AutoRate& bounds, std::optional<int64_t> most_from_ns,
                                    const ProbeHands& hands);

// What was found, for those that ask for the same later: the scenarios of a suite.
class KnownRates {
 public:
  // `what`: whatever the rate depends on beside its bounds.
  void keep(const std::string& what, const AutoRate& bounds, const FoundRate& found);
  // nullopt: nothing that holds for these bounds.
  std::optional<FoundRate> find(const std::string& what, const AutoRate& bounds) const;

 private:
  struct Known {
    FoundRate found;
    bool is_limit = false;  // more would be too much; otherwise nobody tried more
  };
  std::map<std::pair<std::string, uint32_t>, Known> known_;  // by that and the share
};

}  // namespace rehearse
