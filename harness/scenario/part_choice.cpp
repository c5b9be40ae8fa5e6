// Which parts of the stack a scenario's question needs: as `parts` says, or what its checks and
// faults ask for.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

std::string before_dot(const std::string& name) {
  return name.substr(0, name.find('.'));
}

// The parts with what they need, in the stack's order.
std::vector<std::string> closed(const StackFacts& stack, std::set<std::string> chosen) {
  for (size_t round = 0; round < stack.parts.size(); ++round)
    for (const PartFacts& part : stack.parts)
      if (chosen.contains(part.name)) chosen.insert(part.needs.begin(), part.needs.end());
  std::vector<std::string> names;
  for (const PartFacts& part : stack.parts)
    if (chosen.contains(part.name)) names.push_back(part.name);
  return names;
}

// What one fault acts on. False: it draws from all that is there.
bool add_fault(const TimelineEntry& entry, const StackFacts& stack, std::set<std::string>& chosen) {
  bool drawn = false;
  const auto add = [&](const std::string& name) {
    if (const auto found = stack.part_of.find(name); found != stack.part_of.end())
      chosen.insert(found->second);
  };
  const auto add_target = [&](const Target& target) {
    drawn |= target.any > 0;
    if (!target.of.empty()) add("component " + before_dot(target.of));
    for (const std::string& name : target.names) {
      add("node " + name);
      add("zone " + name);
    }
  };
  add("fault " + entry.fault);
  for (const auto& [key, value] : entry.params) {
    if (const auto* target = std::get_if<Target>(&value)) add_target(*target);
    if (const auto* text = std::get_if<std::string>(&value)) add(key + " " + *text);
    if (const auto* sides = std::get_if<Sides>(&value))
      for (const Target& side : *sides) add_target(side);
  }
  return !drawn;
}

}  // namespace

std::string left_out_part(const StackFacts* stack, std::string_view kind, const std::string& name) {
  if (stack == nullptr) return "";
  const auto found = stack->part_of.find(fmt::format("{} {}", kind, name));
  return found != stack->part_of.end() && stack->left_out.contains(found->second) ? found->second
                                                                                  : "";
}

std::string of_left_out(std::string_view what, const std::string& name, const std::string& part) {
  return fmt::format("{} {} is of the part `{}`, which `parts` leaves out: add it", what,
                     shown(name), part);
}

void keep_parts(StackFacts& stack, const std::vector<std::string>& chosen) {
  for (const PartFacts& part : stack.parts)
    if (std::ranges::find(chosen, part.name) == chosen.end()) stack.left_out.insert(part.name);
  const auto gone = [&](std::string_view kind) {
    return [&stack, kind](const std::string& name) {
      return !left_out_part(&stack, kind, name).empty();
    };
  };
  std::erase_if(stack.zones, gone("zone"));
  std::erase_if(stack.nodes, gone("node"));
  for (auto& [kind, parties] : stack.parties) std::erase_if(parties, gone("node"));
  std::erase_if(stack.capabilities, gone("capability"));
  std::erase_if(stack.targets, gone("target"));
  std::erase_if(stack.selectors, [&](const std::string& selector) {
    return gone("component")(before_dot(selector));
  });
  std::erase_if(stack.settings,
                [&](const auto& setting) { return gone("component")(before_dot(setting.first)); });
}

void read_part_choice(const Node& node, StackFacts* stack, Scenario& scenario, Problems& problems) {
  if (stack == nullptr) {
    scenario.parts = read_texts(node, "parts", problems);
    return;
  }
  std::vector<std::string> known;
  for (const PartFacts& part : stack->parts) known.push_back(part.name);
  if (!is_filled_list(node, "parts", known.size() + 1, problems)) return;
  std::set<std::string> chosen;
  for (const Node& item : node.items) {
    const auto name = read_one_of(item, "part", known, problems);
    if (name && !chosen.insert(*name).second)
      problems.add(item.at, fmt::format("{} is named twice", shown(*name)));
  }
  for (const Node& item : node.items) {
    const auto part = std::ranges::find(stack->parts, item.text, &PartFacts::name);
    if (part == stack->parts.end()) continue;
    for (const std::string& needed : part->needs)
      if (!chosen.contains(needed))
        problems.add(item.at, fmt::format("the part {} needs `{}`, which `parts` leaves out: add "
                                          "it",
                                          shown(item.text), needed));
  }
  if (!chosen.contains(stack->base) && !chosen.empty() && !stack->base.empty())
    problems.add(node.at, fmt::format("players come in by the part `{}`, which `parts` leaves "
                                      "out: add it",
                                      stack->base));
  // What they need as well is there for what follows: one mistake is told once.
  scenario.parts = closed(*stack, std::move(chosen));
  keep_parts(*stack, scenario.parts);
}

void default_parts(StackFacts& stack, const Catalogue& catalogue, Scenario& scenario) {
  std::set<std::string> chosen = {stack.base};
  bool all = scenario.checks.empty() || stack.base.empty();
  for (const std::string& check : scenario.checks) {
    const auto found = catalogue.checks.find(check);
    std::istringstream needs(found == catalogue.checks.end() ? "" : found->second);
    for (std::string name; needs >> name;)
      if (const auto part = stack.part_of.find("capability " + name); part != stack.part_of.end())
        chosen.insert(part->second);
  }
  for (const TimelineEntry& entry : scenario.timeline) all |= !add_fault(entry, stack, chosen);
  for (const auto& [setting, value] : scenario.stack_set)
    if (const auto part = stack.part_of.find("component " + before_dot(setting));
        part != stack.part_of.end())
      chosen.insert(part->second);
  if (all)
    for (const PartFacts& part : stack.parts)
      if (!part.on_request) chosen.insert(part.name);
  scenario.parts = closed(stack, std::move(chosen));
  keep_parts(stack, scenario.parts);
}

}  // namespace rehearse::yaml
