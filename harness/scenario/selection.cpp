// What is judged: checks, what is expected of them, and what ends a run early.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

constexpr size_t selected_names_max = 200;
constexpr std::string_view live_suffix = ".live";

std::vector<std::string> check_names(const World& world) {
  std::vector<std::string> names;
  for (const auto& [name, needs] : world.catalogue.checks) names.push_back(name);
  return names;
}

// A check that is named on purpose must be able to run: what the stack lacks is an error.
bool is_able(const std::string& name, Where at, const World& world, Problems& problems) {
  const auto found = world.catalogue.checks.find(name);
  if (found == world.catalogue.checks.end()) {
    problems.add(at, unknown("check", name, check_names(world)));
    return false;
  }
  if (!world.stack) return true;
  std::istringstream needs(found->second);
  std::string capability;
  bool able = true;
  while (needs >> capability) {
    if (world.stack->capabilities.contains(capability)) continue;
    const auto part = left_out_part(world.stack, "capability", capability);
    if (!part.empty()) {
      problems.add(at, fmt::format("check {} needs {} of the part `{}`, which `parts` leaves out: "
                                   "add it",
                                   shown(name), shown(capability), part));
      able = false;
      continue;
    }
    problems.add(at, fmt::format("check {} needs {}, which the stack {} lacks", shown(name),
                                 shown(capability), shown(world.stack->name)));
    able = false;
  }
  return able;
}

std::vector<std::string> read_check_list(const Node& node, std::string_view what,
                                         const World& world, Problems& problems) {
  std::vector<std::string> names;
  if (!is_filled_list(node, what, selected_names_max, problems)) return names;
  for (const Node& item : node.items) {
    auto name = read_text(item, "check", problems);
    if (!name || !is_able(*name, item.at, world, problems)) continue;
    if (std::ranges::find(names, *name) != names.end()) {
      problems.add(item.at, fmt::format("{} is named twice", shown(*name)));
    } else {
      names.push_back(std::move(*name));
    }
  }
  return names;
}

StopCondition read_slo_stop(const Node& node, const World& world, Problems& problems) {
  MapReader map(node, "stop_when entry", problems);
  const Node* slo = map.need("slo");
  const Node* above = map.need("above");
  const Node* length = map.take("for");
  map.finish();
  StopCondition stop;
  if (slo) stop.slo = read_one_of(*slo, "slo", slo_names(world), problems).value_or("");
  if (!stop.slo.empty() && !is_live_slo(stop.slo)) {
    problems.add(slo->at, fmt::format("{} cannot be judged while load is on (only *_p95 and "
                                      "*_failed can)",
                                      shown(stop.slo)));
  }
  if (above && !stop.slo.empty()) {
    stop.above = read_slo_limit(stop.slo, *above, problems).value_or(0);
  }
  if (length) stop.for_ms = read_duration_ms(*length, "for", 1, problems).value_or(0);
  return stop;
}

StopCondition read_check_stop(const Node& node, const World& world, Problems& problems) {
  const auto text = read_text(node, "stop_when entry", problems);
  if (!text) return {};
  if (!text->ends_with(live_suffix)) {
    problems.add(node.at,
                 fmt::format("{} must be CHECK.live or {{slo: …, above: …}}", shown(*text)));
    return {};
  }
  const std::string name = text->substr(0, text->size() - live_suffix.size());
  const auto& live = world.catalogue.live_checks;
  if (is_able(name, node.at, world, problems) && std::ranges::find(live, name) == live.end()) {
    problems.add(node.at, fmt::format("check {} cannot be judged while load is on (only {} can)",
                                      shown(name), fmt::join(live, ", ")));
  }
  StopCondition stop;
  stop.check = *text;
  return stop;
}

}  // namespace

void read_checks(const Node& node, const World& world, Scenario& scenario, Problems& problems) {
  if (node.kind == Node::Kind::scalar && node.text == "all") return;
  if (node.kind != Node::Kind::list) {
    return problems.add(node.at, must_be("checks", "`all` or a list of checks", node));
  }
  scenario.checks = read_check_list(node, "checks", world, problems);
}

void read_expect(const Node* node, Where tier_at, const World& world, Scenario& scenario,
                 Problems& problems) {
  const bool pass = !node || (node->kind == Node::Kind::scalar && node->text == "pass");
  if (pass && scenario.tier == "canary") {
    problems.add(node ? node->at : tier_at, "a canary must fail: `expect` needs {fail: [checks]}");
  }
  if (pass) return;
  if (node->kind != Node::Kind::map) {
    return problems.add(node->at, must_be("expect", "`pass` or {fail: [checks]}", *node));
  }
  MapReader map(*node, "expect", problems);
  const Node* fail = map.need("fail");
  map.finish();
  if (!fail) return;
  scenario.expect_fail = read_check_list(*fail, "fail", world, problems);
  if (scenario.checks.empty()) return;
  for (const std::string& name : scenario.expect_fail) {
    if (std::ranges::find(scenario.checks, name) != scenario.checks.end()) continue;
    problems.add(fail->at,
                 fmt::format("{} is expected to fail but not among `checks`", shown(name)));
  }
}

void read_stop_when(const Node& node, const World& world, Scenario& scenario, Problems& problems) {
  if (node.kind == Node::Kind::list && node.items.empty()) return;
  if (!is_filled_list(node, "stop_when", selected_names_max, problems)) return;
  for (const Node& item : node.items) {
    scenario.stop_when.push_back(item.kind == Node::Kind::map
                                     ? read_slo_stop(item, world, problems)
                                     : read_check_stop(item, world, problems));
  }
}

}  // namespace rehearse::yaml
