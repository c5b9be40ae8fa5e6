#include "stack/technology.hpp"

#include <algorithm>
#include <map>

namespace rehearse {

#define TECHNOLOGY(name) std::unique_ptr<Technology> make_##name();
#include "stack/technologies/technologies.def"
#undef TECHNOLOGY
std::unique_ptr<Technology> make_service();

std::chrono::milliseconds Technology::look_interval(const ComponentEntry& component) const {
  return std::chrono::milliseconds(roles(component).empty() ? 1000 : 200);
}

Status Technology::hand_over(const Stack&, const Node& leader, const Node&) const {
  return fail(ExitCode::machine, leader.name + " cannot be told to hand over its role");
}

Status Technology::promote(const Stack&, const ComponentEntry& component) const {
  return fail(ExitCode::machine, component.name + " follows nobody");
}

Status Technology::follow(const Stack&, const ComponentEntry& component,
                          const ComponentEntry&) const {
  return fail(ExitCode::machine, component.name + " cannot be told to follow another region");
}

const Technology& technology_of(const ComponentEntry& component) {
  static const auto named = [] {
    std::map<std::string_view, std::unique_ptr<Technology>> all;
#define TECHNOLOGY(name) all.emplace(#name, make_##name());
#include "stack/technologies/technologies.def"
#undef TECHNOLOGY
    return all;
  }();
  static const auto service = make_service();
  const auto found = named.find(component.roles);
  return found == named.end() ? *service : *found->second;
}

const Technology& technology_of(const Stack& stack, const Node& node) {
  return technology_of(stack.component_of(node));
}

Rank rank_of(const ComponentEntry& component, std::string_view role) {
  const auto roles = technology_of(component).roles(component);
  const auto found = std::ranges::find(roles, role, &Role::name);
  return found == roles.end() ? Rank::spare : found->rank;
}

std::string selector_of(const Stack& stack, const std::string& component, Rank rank) {
  const auto entry = std::ranges::find(stack.file.components, component, &ComponentEntry::name);
  if (entry == stack.file.components.end()) return "";
  const auto roles = technology_of(*entry).roles(*entry);
  const auto found = std::ranges::find(roles, rank, &Role::rank);
  return found == roles.end() ? "" : component + "." + found->name;
}

Endpoint client_endpoint(const Stack& stack, const Node& node) {
  const auto& component = stack.component_of(node);
  return {node.address, static_cast<uint16_t>(technology_of(component).client_port(component))};
}

}  // namespace rehearse
