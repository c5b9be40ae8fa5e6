#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "faults/draw.hpp"
#include "stack/technology.hpp"

namespace rehearse {
#define FAULT(name)            \
  FaultSchema name##_schema(); \
  std::unique_ptr<Fault> make_##name();
#include "faults/faults.def"
#undef FAULT

std::span<const FaultEntry> all_faults() {
  static const std::vector<FaultEntry> entries = {
#define FAULT(name) {name##_schema(), make_##name},
#include "faults/faults.def"
#undef FAULT
  };
  return entries;
}

std::vector<FaultSchema> fault_schemas() {
  std::vector<FaultSchema> schemas;
  for (const auto& entry : all_faults()) schemas.push_back(entry.schema);
  return schemas;
}

const FaultEntry* find_fault(const std::string& name) {
  for (const auto& entry : all_faults())
    if (entry.schema.name == name) return &entry;
  return nullptr;
}

Result<std::vector<std::string>> resolve_zones(const FaultContext& context, const Target& target) {
  if (!target.names.empty()) return target.names;
  if (!target.of.empty()) {
    auto node = resolve_role(context.stack, context.view, target.of);
    if (!node) return std::unexpected(node.error());
    return std::vector<std::string>{context.stack.find(*node)->zone};
  }
  std::vector<std::string> zones;
  for (const auto& [zone, prefix] : context.stack.file.zones)
    if (!context.stack.in_zone(zone).empty()) zones.push_back(zone);
  return draw(context, std::move(zones), target.any, "zones");
}

Result<std::vector<std::string>> resolve_nodes(const FaultContext& context, const Target& target) {
  if (!target.of.empty()) {
    auto node = resolve_role(context.stack, context.view, target.of);
    if (!node) return std::unexpected(node.error());
    return std::vector<std::string>{*node};
  }
  for (const auto& name : target.names) {
    const auto* node = context.stack.find(name);
    if (!node || !context.stack.has_container(*node))
      return fail(ExitCode::inconclusive, fmt::format("{} has no container to aim at", name));
  }
  if (!target.names.empty()) return target.names;
  std::vector<std::string> nodes;
  for (const auto& node : context.stack.nodes)
    if (context.stack.has_container(node)) nodes.push_back(node.name);
  return draw(context, std::move(nodes), target.any, "nodes");
}

Result<std::vector<std::string>> resolve_nodes_of(const FaultContext& context, const Target& target,
                                                  const std::string& component) {
  std::vector<std::string> all;
  for (const auto* node : context.stack.of_twins(component)) all.push_back(node->name);
  if (target.names.empty() && target.of.empty())
    return draw(context, std::move(all), target.any, component.c_str());
  auto nodes = resolve_nodes(context, target);
  if (!nodes) return nodes;
  for (const auto& node : *nodes)
    if (std::ranges::find(all, node) == all.end())
      return fail(ExitCode::inconclusive, fmt::format("{} is none of {}", node, component));
  return nodes;
}

std::string roles_of(const FaultContext& context, const std::vector<std::string>& nodes) {
  std::string roles;
  for (const auto& node : nodes) {
    const auto seen = context.view.nodes.find(node);
    if (seen == context.view.nodes.end()) continue;
    const std::string& role = seen->second.role;
    const auto* found = context.stack.find(node);
    if (!found || rank_of(context.stack.component_of(*found), role) == Rank::spare) continue;
    roles += fmt::format("{}{} {}", roles.empty() ? "" : ", ", node, role);
  }
  return roles;
}

}  // namespace rehearse
