// YAML → Scenario: the order of the parts, the defaults, and the rules that join them.
#include "scenario/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "scenario/overrides.hpp"
#include "scenario/parts.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;
using yaml::Where;

const std::vector<std::string> tiers = {"ci", "monthly", "quarterly", "canary"};
// Most readers of JSON have doubles for numbers: a larger one in a report would be another one.
constexpr uint64_t seed_max = (uint64_t{1} << 53) - 1;
constexpr int64_t default_steady_ms = 15'000;
constexpr int64_t default_observe_ms = 120'000;
constexpr int64_t default_drain_ms = 60'000;

void read_head(MapReader& map, const ParseInput& input, Scenario& scenario, Problems& problems) {
  if (const Node* name = map.need("scenario")) {
    // What a run's folder keeps is a scenario too, under a name that is the same for all.
    const std::string path = input.any_name ? "scenario.yaml" : input.path;
    scenario.name = yaml::read_own_name(*name, "scenario", path, "scenario.yaml", problems);
  }
  if (const Node* title = map.need("title")) {
    scenario.title = yaml::read_text(*title, "title", problems).value_or("");
  }
  if (const Node* tier = map.need("tier")) {
    scenario.tier = yaml::read_one_of(*tier, "tier", tiers, problems).value_or("");
  }
  if (const Node* seed = map.take("seed")) {
    scenario.seed = yaml::read_whole(*seed, "seed", 0, seed_max, problems).value_or(1);
  }
}

std::optional<StackFacts> read_stack(MapReader& map, const StackLookup& lookup, Scenario& scenario,
                                     Problems& problems) {
  const Node* node = map.need("stack");
  const auto name = node ? yaml::read_text(*node, "stack", problems) : std::nullopt;
  if (!name) return std::nullopt;
  scenario.stack = *name;
  Result<StackFacts> facts = lookup(*name);
  if (facts) return std::move(*facts);
  problems.add(node->at, facts.error().message);
  return std::nullopt;
}

void read_stack_set(const Node& node, const StackFacts* stack, Scenario& scenario,
                    Problems& problems) {
  const MapReader map(node, "stack_set", problems);
  if (!map.is_map()) return;
  std::vector<std::string> known;
  if (stack) {
    for (const auto& [key, values] : stack->settings) known.push_back(key);
  }
  for (size_t i = 0; i < node.keys.size(); ++i) {
    const std::string& key = node.keys[i].text;
    const auto setting = stack ? stack->settings.find(key) : decltype(stack->settings.end()){};
    const auto part = yaml::left_out_part(stack, "component", key.substr(0, key.find('.')));
    if (!part.empty()) {
      problems.add(node.keys[i].at, yaml::of_left_out("setting", key, part));
      continue;
    }
    if (stack && setting == stack->settings.end()) {
      problems.add(node.keys[i].at, yaml::unknown("setting of the stack:", key, known));
      continue;
    }
    const bool any = !stack || setting->second.empty();
    const auto value = any ? yaml::read_text(node.items[i], key, problems)
                           : yaml::read_one_of(node.items[i], key, setting->second, problems);
    if (value) scenario.stack_set[key] = *value;
  }
}

yaml::Observe read_phases(const Node* node, Where map_at, Scenario& scenario, Problems& problems) {
  scenario.steady_ms = default_steady_ms;
  scenario.observe_ms = default_observe_ms;
  scenario.drain_ms = default_drain_ms;
  yaml::Observe observe{scenario.observe_ms, node ? node->at : map_at};
  if (!node) return observe;
  MapReader map(*node, "phases", problems);
  const auto read = [&](std::string_view key, int64_t& into) {
    const Node* value = map.take(key);
    if (!value) return;
    if (key == "observe") observe.at = value->at;
    into = yaml::read_duration_ms(*value, key, 1, problems).value_or(into);
  };
  read("steady", scenario.steady_ms);
  read("observe", scenario.observe_ms);
  read("drain", scenario.drain_ms);
  map.finish();
  observe.ms = scenario.observe_ms;
  return observe;
}

// A target longer than the observation could never be seen missed. Settlement is judged into the
// drain, and where nothing is broken there is nothing to recover from.
void check_observe(const Scenario& scenario, const yaml::Observe& observe, Problems& problems) {
  const bool breaks = std::ranges::any_of(
      scenario.timeline, [](const TimelineEntry& entry) { return entry.fault != "noop"; });
  const std::pair<const std::string, int64_t>* largest = nullptr;
  for (const auto& target : scenario.targets.rto_ms) {
    if (target.first.ends_with("_settled")) continue;
    if (!largest || target.second > largest->second) largest = &target;
  }
  if (!breaks || !largest || largest->second <= observe.ms) return;
  problems.add(observe.at, fmt::format("`observe` ({}) is shorter than the rto target of {} ({})",
                                       yaml::duration(observe.ms), largest->first,
                                       yaml::duration(largest->second)));
}

// Of the default targets, those of kinds that this load on this stack never plays: they could not
// be judged. What the scenario itself asks for stays.
void drop_unplayed(Scenario& scenario, const yaml::World& world) {
  const auto played = world.catalogue.played.find(scenario.profile);
  if (played == world.catalogue.played.end() || !world.stack) return;
  const auto is_unplayed = [&](const std::string& kind) {
    const auto known = std::ranges::find(world.catalogue.operations, kind);
    if (known == world.catalogue.operations.end()) return false;
    const auto found = played->second.find(kind);
    return found == played->second.end() ||
           (!found->second.empty() && !world.stack->targets.contains(found->second));
  };
  std::erase_if(scenario.targets.rto_ms, [&](const auto& rto) { return is_unplayed(rto.first); });
  std::erase_if(scenario.targets.slo, [&](const SloTarget& slo) {
    return is_unplayed(slo.name.substr(0, slo.name.rfind('_')));
  });
}

void read_scenario(const Node& root, const ParseInput& input, Scenario& scenario,
                   Problems& problems) {
  MapReader map(root, "scenario", problems);
  if (!map.is_map()) return;
  read_head(map, input, scenario, problems);
  auto facts = read_stack(map, input.stack, scenario, problems);
  const Node* parts = map.take("parts");
  if (parts) yaml::read_part_choice(*parts, facts ? &*facts : nullptr, scenario, problems);
  const yaml::World world{*input.catalogue, facts ? &*facts : nullptr};
  if (const Node* settings = map.take("stack_set")) {
    read_stack_set(*settings, world.stack, scenario, problems);
  }
  yaml::read_load(map.take("load"), world, scenario, problems);
  const auto& profiles = world.catalogue.profile_files;
  if (const auto play = profiles.find(scenario.profile); play != profiles.end()) {
    scenario.play = play->second;
  }
  const yaml::Observe observe = read_phases(map.take("phases"), map.at(), scenario, problems);
  if (const Node* timeline = map.need("timeline")) {
    auto drafts = yaml::read_timeline(*timeline, world, problems);
    yaml::apply_timeline_rules(drafts, observe, problems);
    for (auto& draft : drafts) scenario.timeline.push_back(std::move(draft.entry));
  }
  if (const Node* stop = map.take("stop_when")) {
    yaml::read_stop_when(*stop, world, scenario, problems);
  }
  if (const Node* checks = map.take("checks")) {
    yaml::read_checks(*checks, world, scenario, problems);
  }
  if (facts && !parts) yaml::default_parts(*facts, world.catalogue, scenario);
  drop_unplayed(scenario, world);
  if (const Node* targets = map.take("targets")) {
    yaml::read_targets(*targets, world, scenario.targets, problems);
  }
  const Node* tier = root.find("tier");
  yaml::read_expect(map.take("expect"), tier ? tier->at : map.at(), world, scenario, problems);
  map.finish();
  check_observe(scenario, observe, problems);
}

void read_default_targets(const ParseInput& input, Scenario& scenario, Problems& problems) {
  auto tree = yaml::parse_tree(input.targets_text, Where{1, 1, 1});
  if (!tree) return problems.add_all(std::move(tree.error()));
  if (tree->kind == Node::Kind::null) return;
  yaml::read_targets(*tree, yaml::World{*input.catalogue}, scenario.targets, problems);
}

}  // namespace

std::expected<Scenario, std::vector<Diagnostic>> parse_scenario(const ParseInput& input) {
  assert(input.catalogue != nullptr && input.stack);
  Problems problems;
  Scenario scenario;
  read_default_targets(input, scenario, problems);
  auto tree = yaml::read_root(input.text, problems);
  if (tree) {
    yaml::apply_overrides(*tree, input.overrides, problems);
    read_scenario(*tree, input, scenario, problems);
  }
  if (!problems.empty()) {
    return std::unexpected(problems.sorted({input.path, input.targets_path, "--set"}));
  }
  scenario.as_run_yaml = yaml::print_scenario(scenario, input.catalogue->faults);
  return scenario;
}

}  // namespace rehearse
