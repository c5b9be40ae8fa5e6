#include "stack/facts.hpp"

#include <fmt/format.h>

#include "scenario/stack_parts.hpp"
#include "stack/technology.hpp"

namespace rehearse {

StackFacts facts_of(const StackFile& stack) {
  StackFacts facts;
  facts.name = stack.name;
  facts.capabilities = stack.capabilities;
  for (const auto& [target, component] : stack.targets) facts.targets.insert(target);
  for (const auto& [zone, prefix] : stack.zones) facts.zones.push_back(zone);
  for (const auto& [region, zones] : stack.regions) facts.regions.push_back(region);
  for (const auto& component : stack.components) {
    for (const auto& node : component.nodes) {
      facts.nodes.push_back(node.name);
      if (!component.party.empty()) facts.parties[component.party].push_back(node.name);
    }
    for (const auto& role : technology_of(component).roles(component))
      if (role.selectable)
        facts.selectors.push_back(fmt::format("{}.{}", component.name, role.name));
  }
  for (const auto& [name, setting] : stack.settings) {
    auto& allowed = facts.settings[name];
    for (const auto& [value, env] : setting.values) allowed.push_back(value);
    if (!setting.counts_players) continue;
    facts.players_setting = name;
    facts.players_default = setting.fallback;
  }
  add_part_facts(stack, facts);
  return facts;
}

}  // namespace rehearse
