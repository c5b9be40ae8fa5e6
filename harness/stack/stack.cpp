#include "stack/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>

namespace rehearse {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string about(const Node& node, std::string pattern) {
  replace_all(pattern, "%n", node.name);
  replace_all(pattern, "%a", node.address);
  replace_all(pattern, "%z", node.zone);
  replace_all(pattern, "%h", node.address.substr(node.address.rfind('.') + 1));
  replace_all(pattern, "%i", std::to_string(node.number));
  return pattern;
}

// Whose nodes a placeholder in the texts of `node` means: of a component that has twins the one of
// the node's own region, or of that after the @; a twin that is named itself is meant itself.
// Nothing: no such component, though one that a scenario left out may be empty.
std::optional<std::vector<const Node*>> meant_by(const Stack& stack, const Node& node,
                                                 const std::string& word) {
  const size_t at = word.find('@');
  const std::string name = word.substr(0, at);
  const std::string region = at == std::string::npos ? stack.region_of(node) : word.substr(at + 1);
  const auto found = std::ranges::find(stack.file.components, name, &ComponentEntry::name);
  if (found == stack.file.components.end())
    return stack.file.left_out.contains(name) ? std::optional(std::vector<const Node*>{})
                                              : std::nullopt;
  if (found->like.empty())
    for (const auto& twin : found->twins) {
      const auto nodes = stack.of_component(twin);
      if (!nodes.empty() && stack.component_of(*nodes.front()).region == region) return nodes;
    }
  if (at == std::string::npos || found->region == region) return stack.of_component(name);
  if (std::ranges::find(stack.file.regions, region, &StackRegion::first) ==
      stack.file.regions.end())
    return std::nullopt;
  return std::vector<const Node*>{};
}

// "{etcd|%a:2379}" → one item for each etcd, joined by commas; then %n … of the node itself. Of a
// component that a scenario left out there are none, and the comma that would set them apart from
// others goes with them.
Result<std::string> expand(const Stack& stack, const Node& node, const std::string& text) {
  std::string out;
  size_t at = 0;
  for (size_t open; (open = text.find('{', at)) != std::string::npos;) {
    const size_t bar = text.find('|', open), close = text.find('}', open);
    if (bar == std::string::npos || close == std::string::npos || bar > close)
      return fail(ExitCode::usage,
                  fmt::format("{}: `{}` is not {{COMPONENT|PATTERN}}", stack.file.path, text));
    const std::string component = text.substr(open + 1, bar - open - 1);
    const auto meant = meant_by(stack, node, component);
    if (!meant)
      return fail(ExitCode::usage, fmt::format("{}: `{}` names no component `{}`", stack.file.path,
                                               text, component));
    const auto& others = *meant;
    std::string between = text.substr(at, open - at);
    if (between.starts_with(',') && (out.empty() || out.ends_with(' '))) between.erase(0, 1);
    out += about(node, between);
    if (others.empty() && out.ends_with(',')) out.pop_back();
    for (size_t i = 0; i < others.size(); ++i)
      out += (i ? "," : "") + about(*others[i], text.substr(bar + 1, close - bar - 1));
    at = close + 1;
  }
  return out + about(node, text.substr(at));
}

Result<std::string> address_in(const StackFile& file, const StackNodeEntry& entry) {
  for (const auto& [zone, prefix] : file.zones)
    if (zone == entry.zone)
      return fmt::format("{}.{}", prefix.substr(0, prefix.rfind('.')), entry.host);
  return fail(ExitCode::usage,
              fmt::format("{}: node {} is in zone `{}`, which is not listed under zones", file.path,
                          entry.name, entry.zone));
}

// Settings are named COMPONENT.NAME; what they choose becomes that component's environment, and
// that of its twins.
Result<std::map<std::string, std::string>> setting_env(const Stack& stack,
                                                       const ComponentEntry& component) {
  const std::string& chosen_for = component.like.empty() ? component.name : component.like;
  std::map<std::string, std::string> env;
  for (const auto& [name, setting] : stack.file.settings) {
    if (!name.starts_with(chosen_for + ".")) continue;
    const std::string& value = stack.settings.at(name);
    if (setting.free) {
      env[setting.variable] = value;
      continue;
    }
    const auto chosen = setting.values.find(value);
    if (chosen == setting.values.end())
      return fail(ExitCode::usage,
                  fmt::format("{}: setting {} has no value `{}`", stack.file.path, name, value));
    for (const auto& [key, text] : chosen->second) env[key] = text;
  }
  return env;
}

Status fill_environment(Stack& stack, Node& node) {
  auto env = setting_env(stack, stack.component_of(node));
  if (!env) return std::unexpected(env.error());
  for (const auto& [key, text] : stack.component_of(node).env) env->emplace(key, text);
  for (const auto& [key, text] : node.env) env->insert_or_assign(key, text);  // its own
  node.env = {{"NODE", node.name}, {"ADDRESS", node.address}, {"ZONE", node.zone}};
  for (const auto& [key, text] : *env) {
    auto value = expand(stack, node, text);
    if (!value) return std::unexpected(value.error());
    node.env[key] = *value;
  }
  return {};
}

}  // namespace

const ComponentEntry& Stack::component_of(const Node& node) const {
  return *std::ranges::find(file.components, node.component, &ComponentEntry::name);
}

std::vector<const Node*> Stack::of_component(const std::string& component) const {
  std::vector<const Node*> found;
  for (const auto& node : nodes)
    if (node.component == component) found.push_back(&node);
  return found;
}

std::vector<const Node*> Stack::of_twins(const std::string& component) const {
  const auto entry = std::ranges::find(file.components, component, &ComponentEntry::name);
  if (entry == file.components.end() || !entry->like.empty() || entry->twins.empty())
    return of_component(component);
  std::vector<const Node*> found;
  for (const auto& twin : entry->twins)
    for (const Node* node : of_component(twin)) found.push_back(node);
  return found;
}

const std::string& Stack::region_of(const Node& node) const {
  const auto& component = component_of(node);
  if (!component.region.empty()) return component.region;
  for (const auto& [region, zones] : file.regions)
    if (std::ranges::find(zones, node.zone) != zones.end()) return region;
  return component.region;
}

std::vector<const Node*> Stack::in_zone(const std::string& zone) const {
  std::vector<const Node*> found;
  for (const auto& node : nodes)
    if (node.zone == zone && has_container(node)) found.push_back(&node);
  return found;
}

const Node* Stack::find(const std::string& name) const {
  const auto found = std::ranges::find(nodes, name, &Node::name);
  return found == nodes.end() ? nullptr : &*found;
}

Endpoint Stack::endpoint(const Node& node) const {
  return {node.address, static_cast<uint16_t>(component_of(node).port)};
}

Result<Stack> make_stack(const StackFile& file,
                         const std::map<std::string, std::string>& settings) {
  Stack stack;
  stack.file = file;
  for (const auto& [name, setting] : file.settings) stack.settings[name] = setting.fallback;
  for (const auto& [name, value] : settings) {
    if (!file.settings.contains(name))
      return fail(ExitCode::usage, fmt::format("{}: no setting `{}`", file.path, name));
    stack.settings[name] = value;
  }
  for (const auto& component : file.components) {
    int number = 0;
    for (const auto& entry : component.nodes) {
      auto address = address_in(file, entry);
      if (!address) return std::unexpected(address.error());
      stack.nodes.push_back(
          {entry.name, component.name, entry.zone, *address, ++number, entry.env});
    }
  }
  for (auto& node : stack.nodes)
    if (auto filled = fill_environment(stack, node); !filled)
      return std::unexpected(filled.error());
  return stack;
}

Result<std::map<std::string, std::string>> read_image_list(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    return fail(ExitCode::machine, fmt::format("{} is missing: start the program by `./rehearse`, "
                                               "which makes the images",
                                               path));
  std::map<std::string, std::string> images;
  for (std::string name, tag; file >> name >> tag;) images[name] = tag;
  return images;
}

NetworkSpec network_of(const Stack& stack, const StackPlaces& places) {
  NetworkSpec network{stack.file.name, stack.file.subnet, stack.file.control_address, {}, {}};
  for (const auto& [zone, prefix] : stack.file.zones) network.zones.push_back(prefix);
  for (const auto& node : stack.nodes) {
    const auto& component = stack.component_of(node);
    NodeSpec spec{node.name, node.address, "", component.args, node.env, {}};
    if (const auto image = places.images.find(component.image); image != places.images.end())
      spec.image = image->second;
    if (!component.binary.empty())
      spec.read_only_mounts.emplace_back(places.binary_dir + "/" + component.binary,
                                         "/opt/casino/" + component.binary);
    if (!stack.secrets_dir.empty())
      spec.read_only_mounts.emplace_back(stack.secrets_dir + "/" + node.name, "/run/secrets");
    if (component.reads_logs) spec.read_only_mounts.emplace_back(places.log_dir, "/run/logs");
    spec.cpu_shares = component.cpu_shares;
    // Where none of them is raised it stays apart all the same.
    if (component.reaches) spec.reaches.emplace();
    for (const auto& other : component.reaches.value_or(std::vector<std::string>()))
      for (const auto* reached : stack.of_component(other))
        spec.reaches->push_back(reached->address);
    network.nodes.push_back(std::move(spec));
  }
  return network;
}

}  // namespace rehearse
