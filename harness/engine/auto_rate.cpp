#include "engine/auto_rate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.hpp"

namespace rehearse {
namespace {

// A quarter and half of the way: beyond that a machine that is nearly full gets a backlog.
constexpr double probed_shares[] = {0, 0.25, 0.5};
constexpr uint64_t rounds_of_probes = 1'000'000'000;  // far above those of any run

double wanted_idle(const AutoRate& bounds) {
  return static_cast<double>(bounds.idle_percent) / 100;
}

struct Line {
  double at_zero = 0, per_rate = 0;
};
// At least two probes, of different rates.
Line fitted(const std::vector<RateProbe>& probes) {
  double rates = 0, idles = 0;
  for (const RateProbe& probe : probes) {
    rates += probe.rate_per_s;
    idles += *probe.idle_share;
  }
  const auto count = static_cast<double>(probes.size());
  const double rate_mean = rates / count, idle_mean = idles / count;
  double both = 0, square = 0;
  for (const RateProbe& probe : probes) {
    const double away = probe.rate_per_s - rate_mean;
    both += away * (*probe.idle_share - idle_mean);
    square += away * away;
  }
  const double slope = both / square;
  return {idle_mean - slope * rate_mean, slope};
}

std::string seen(const std::vector<RateProbe>& probes) {
  std::string text;
  for (const RateProbe& probe : probes)
    text += fmt::format("{}{:.0f}% idle at {:.1f}/s", text.empty() ? "" : ", ",
                        100 * probe.idle_share.value_or(0), probe.rate_per_s);
  return text;
}

}  // namespace

std::vector<double> probe_rates(const AutoRate& bounds) {
  std::vector<double> rates;
  for (const double share : probed_shares)
    rates.push_back(bounds.min_per_s + share * (bounds.max_per_s - bounds.min_per_s));
  return rates;
}

LoadPlan probe_plan_of(LoadPlan plan, const AutoRate& bounds) {
  plan.steps.clear();
  for (const double rate_per_s : probe_rates(bounds))
    plan.steps.push_back({plan.steps.empty() ? probe_first_ms : probe_step_ms, rate_per_s, false});
  plan.length_ms_max = probe_first_ms + std::ssize(plan.steps) * probe_step_ms;
  plan.rounds_before = rounds_of_probes;
  return plan;
}

LoadPlan plan_after_probe(LoadPlan plan) {
  plan.rounds_before = 2 * rounds_of_probes;
  return plan;
}

HistoryRoom room_with_probe(const LoadPlan& plan, const std::optional<AutoRate>& bounds) {
  const HistoryRoom room = history_room(plan);
  if (!bounds) return room;
  LoadPlan look = plan;
  look.length_ms_max = probe_step_ms;
  const HistoryRoom looked = history_room(look);
  const HistoryRoom probe = history_room(probe_plan_of(plan, *bounds));
  return {room.operations + looked.operations + probe.operations,
          room.attempts + looked.attempts + probe.attempts};
}

bool has_to_spare(const AutoRate& bounds, const RateProbe& last) {
  return last.idle_share && *last.idle_share > wanted_idle(bounds);
}

FoundRate find_rate(const AutoRate& bounds, const std::vector<RateProbe>& probes) {
  const bool known = !probes.empty() && std::ranges::all_of(probes, [](const RateProbe& probe) {
    return probe.idle_share.has_value();
  });
  if (!known)
    return {bounds.min_per_s, "the least: the kernel does not tell what its processors do", false,
            true};
  if (!has_to_spare(bounds, probes.front()))
    return {bounds.min_per_s, "the least, and too much for this machine: " + seen(probes), false,
            true};
  if (probes.size() == 1) return {bounds.min_per_s, "the least: " + seen(probes)};
  const Line line = fitted(probes);
  double rate_per_s = probes.back().rate_per_s;
  std::string why = seen(probes);
  if (line.per_rate < 0)
    rate_per_s = (wanted_idle(bounds) - line.at_zero) / line.per_rate;
  else
    why += ", which does not fall with the rate: the highest that was tried";
  // Where the last one left too little, noise must not lead beyond it.
  if (!has_to_spare(bounds, probes.back()))
    rate_per_s = std::min(rate_per_s, probes.back().rate_per_s);
  rate_per_s = std::clamp(std::floor(rate_per_s * 10) / 10, bounds.min_per_s, bounds.max_per_s);
  return {rate_per_s, why};
}

std::optional<FoundRate> probe_rate(const AutoRate& bounds, std::optional<int64_t> most_from_ns,
                                    const ProbeHands& hands) {
  const auto probe_at = [&](double rate_per_s, int64_t end_ns) -> std::optional<RateProbe> {
    if (!hands.wait_until(end_ns)) return std::nullopt;
    return RateProbe{rate_per_s, hands.idle_share(end_ns - probe_look_ms * ns_per_ms, end_ns)};
  };
  std::string looked;
  if (most_from_ns) {
    const auto most = probe_at(bounds.max_per_s, *most_from_ns + probe_step_ms * ns_per_ms);
    if (!most) return std::nullopt;
    if (has_to_spare(bounds, *most)) return FoundRate{bounds.max_per_s, seen({*most}), true};
    if (!most->idle_share) return find_rate(bounds, {*most});
    looked = seen({*most}) + "; ";
  }
  std::vector<RateProbe> probes;
  int64_t end_ns = hands.play_probe() + probe_first_ms * ns_per_ms;
  for (const double rate_per_s : probe_rates(bounds)) {
    const auto probe = probe_at(rate_per_s, end_ns);
    if (!probe) return std::nullopt;
    probes.push_back(*probe);
    if (!has_to_spare(bounds, *probe)) break;
    end_ns += probe_step_ms * ns_per_ms;
  }
  FoundRate found = find_rate(bounds, probes);
  found.why = looked + found.why;
  return found;
}

void KnownRates::keep(const std::string& what, const AutoRate& bounds, const FoundRate& found) {
  known_[{what, bounds.idle_percent}] = {found, found.rate_per_s < bounds.max_per_s};
}

std::optional<FoundRate> KnownRates::find(const std::string& what, const AutoRate& bounds) const {
  const auto at = known_.find({what, bounds.idle_percent});
  if (at == known_.end()) return std::nullopt;
  const auto& [found, is_limit] = at->second;
  if (!is_limit && bounds.max_per_s > found.rate_per_s) return std::nullopt;
  if (found.is_unproven && bounds.min_per_s < found.rate_per_s) return std::nullopt;
  return FoundRate{std::clamp(found.rate_per_s, bounds.min_per_s, bounds.max_per_s), found.why};
}

}  // namespace rehearse
