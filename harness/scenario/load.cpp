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

// `auto`, or {auto: {…}}.
std::optional<AutoRate> read_auto(const Node& node, Problems& problems) {
  if (node.kind == Node::Kind::scalar && node.text == "auto" && !node.quoted) return AutoRate{};
  if (node.kind != Node::Kind::map) return std::nullopt;
  AutoRate found;
  MapReader outer(node, "rate", problems);
  const Node* inner = outer.need("auto");
  outer.finish();
  if (!inner) return found;
  MapReader map(*inner, "auto", problems);
  constexpr uint64_t idle_percent_max = 90;
  if (const Node* idle = map.take("idle_percent"))
    found.idle_percent = static_cast<uint32_t>(
        read_whole(*idle, "idle_percent", 1, idle_percent_max, problems).value_or(1));
  const Node* min = map.take("min");
  const Node* max = map.take("max");
  if (max) found.max_per_s = read_rate_per_s(*max, "max", problems).value_or(found.max_per_s);
  if (min)
    found.min_per_s = read_rate_per_s(*min, "min", problems).value_or(found.min_per_s);
  else
    found.min_per_s = std::min(found.min_per_s, found.max_per_s / 10);
  map.finish();
  if (found.min_per_s >= found.max_per_s)
    problems.add(min ? min->at : inner->at, "`min` must be below `max`");
  return found;
}

// Players without an account are all told that nobody knows them: that is no load.
void check_players(const Node& node, const World& world, const Scenario& scenario,
                   Problems& problems) {
  if (!world.stack || world.stack->players_setting.empty()) return;
  const std::string& setting = world.stack->players_setting;
  const auto set = scenario.stack_set.find(setting);
  const std::string& opened =
      set == scenario.stack_set.end() ? world.stack->players_default : set->second;
  uint64_t accounts = 0;
  const auto end = opened.data() + opened.size();
  if (std::from_chars(opened.data(), end, accounts).ptr != end) return;  // the stack refuses that
  if (scenario.players <= accounts) return;
  problems.add(node.at, fmt::format("`players` ({}) are more than have an account ({}): set "
                                    "`stack_set: {{{}: {}}}`, or play fewer",
                                    scenario.players, accounts, setting, scenario.players));
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
  if (rate) scenario.auto_rate = read_auto(*rate, problems);
  if (scenario.auto_rate) {
    scenario.steps = {{0, scenario.auto_rate->max_per_s, false}};
  } else if (rate) {
    const auto value = read_rate_per_s(*rate, "rate", problems);
    if (value) scenario.steps = {{0, *value, false}};
  }
  if (!steps || !is_filled_list(*steps, "steps", steps_max, problems)) return;
  scenario.steps.clear();
  for (const Node& step : steps->items) scenario.steps.push_back(read_step(step, problems));
}

}  // namespace rehearse::yaml
