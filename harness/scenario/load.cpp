// The load: a profile, players, and either one rate or steps.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

constexpr double default_rate_per_s = 150;
constexpr uint32_t default_players = 400;

ScenarioLoadStep read_step(const Node& node, Problems& problems) {
  MapReader map(node, "step", problems);
  ScenarioLoadStep step;
  if (const Node* length = map.need("for")) {
    step.for_ms = read_duration_ms(*length, "for", 1, problems).value_or(0);
  }
  if (const Node* rate = map.need("rate")) {
    step.rate_per_s = read_rate_per_s(*rate, "rate", problems).value_or(0);
  }
  if (const Node* ramp = map.take("ramp")) {
    step.ramp = read_flag(*ramp, "ramp", problems).value_or(false);
  }
  map.finish();
  return step;
}

}  // namespace

void read_load(const Node* node, const World& world, Scenario& scenario, Problems& problems) {
  scenario.profile = "evening";
  scenario.players = default_players;
  scenario.steps = {{0, default_rate_per_s, false}};
  if (!node) return;
  MapReader map(*node, "load", problems);
  if (const Node* profile = map.take("profile")) {
    auto name = read_one_of(*profile, "profile", world.catalogue.profiles, problems);
    if (name) scenario.profile = *name;
  }
  if (const Node* players = map.take("players")) {
    const auto count = read_whole(*players, "players", 1, UINT32_MAX, problems);
    if (count) scenario.players = static_cast<uint32_t>(*count);
    if (count) check_players(*players, world, scenario, problems);
  }
  const Node* rate = map.take("rate");
  const Node* steps = map.take("steps");
  map.finish();
  if (rate && steps) problems.add(steps->at, "both `rate` and `steps` are given: one is the load");
  if (rate) {
    const auto value = read_rate_per_s(*rate, "rate", problems);
    if (value) scenario.steps = {{0, *value, false}};
  }
  if (!steps || !is_filled_list(*steps, "steps", steps_max, problems)) return;
  scenario.steps.clear();
  for (const Node& step : steps->items) scenario.steps.push_back(read_step(step, problems));
}

}  // namespace rehearse::yaml
