// YAML → StackFile: zones, components, settings and secrets.
#include "scenario/stack_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "scenario/stack_parts.hpp"
#include "scenario/stack_sections.hpp"

namespace rehearse {
namespace yaml {

std::string take_component(MapReader& map, std::string_view key, const StackNames& names,
                           Problems& problems) {
  const Node* node = map.need(key);
  return node ? read_one_of(*node, "component", names.components, problems).value_or("") : "";
}

std::vector<std::string> read_components(const Node& node, std::string_view what,
                                         const StackNames& names, Problems& problems) {
  std::vector<std::string> components;
  if (node.kind != Node::Kind::list) problems.add(node.at, must_be(what, "a list", node));
  for (const Node& item : node.kind == Node::Kind::list ? node.items : std::vector<Node>()) {
    if (auto name = read_one_of(item, "component", names.components, problems))
      components.push_back(std::move(*name));
  }
  return components;
}

}  // namespace yaml

namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;
using yaml::StackNames;

constexpr size_t bytes_max = 16 << 20;
constexpr int host_max = 254, port_max = 65'535;
constexpr int cpu_shares_min = 2, cpu_shares_max = 262'144;  // the kernel's own
constexpr int secret_bytes_min = 16, secret_bytes_max = 1'024;

int take_whole(MapReader& map, std::string_view key, int min, int max, Problems& problems) {
  const Node* node = map.take(key);
  if (!node) return 0;
  return static_cast<int>(
      yaml::read_whole(*node, key, static_cast<uint64_t>(min), static_cast<uint64_t>(max), problems)
          .value_or(0));
}

std::vector<std::string> take_texts(MapReader& map, std::string_view key, Problems& problems) {
  const Node* node = map.take(key);
  return node ? yaml::read_texts(*node, key, problems) : std::vector<std::string>();
}

std::map<std::string, std::string> take_env(MapReader& map, Problems& problems) {
  const Node* node = map.take("env");
  return node ? yaml::read_named_texts(*node, "env", problems)
              : std::map<std::string, std::string>();
}

int need_host(MapReader& map, Problems& problems) {
  const Node* node = map.need("host");
  if (!node) return 0;
  return static_cast<int>(yaml::read_whole(*node, "host", 1, host_max, problems).value_or(0));
}

// By name, or one in each of some zones, with the same last part of the address.
void read_nodes(MapReader& map, const StackNames& names, ComponentEntry& component,
                Problems& problems) {
  const auto zone_of = [&](const Node& node) {
    return yaml::read_one_of(node, "zone", names.zones, problems).value_or("");
  };
  if (const Node* named = map.take("nodes")) {
    const MapReader all(*named, "nodes", problems);
    for (size_t i = 0; all.is_map() && i < named->keys.size(); ++i) {
      MapReader one(named->items[i], "node " + named->keys[i].text, problems);
      StackNodeEntry node{named->keys[i].text, "", 0};
      if (const Node* zone = one.need("zone")) node.zone = zone_of(*zone);
      node.host = need_host(one, problems);
      node.env = take_env(one, problems);
      one.finish();
      component.nodes.push_back(std::move(node));
    }
    return;
  }
  const int host = need_host(map, problems);
  const Node* zones = map.need("zones");
  if (!zones || !yaml::is_filled_list(*zones, "zones", names.zones.size(), problems)) return;
  for (size_t i = 0; i < zones->items.size(); ++i)
    component.nodes.push_back(
        {fmt::format("{}-{}", component.name, i + 1), zone_of(zones->items[i]), host});
}

void read_secret_names(MapReader& map, const StackNames& names, ComponentEntry& component,
                       const StackFile& stack, Problems& problems) {
  bool certified = false;
  if (const Node* listed = map.take("secrets")) {
    component.secrets = yaml::read_texts(*listed, "secrets", problems);
    for (size_t i = 0; i < component.secrets.size(); ++i) {
      const std::string& name = component.secrets[i];
      const auto found = std::ranges::find(stack.secrets, name, &SecretEntry::name);
      if (found != stack.secrets.end()) certified |= found->random_bytes == 0;
      if (std::ranges::find(names.secrets, name) == names.secrets.end())
        problems.add(listed->at, yaml::unknown("secret", name, names.secrets));
    }
  }
  component.tls_port = take_whole(map, "tls_port", 1, port_max, problems);
  if (component.tls_port != 0 && !certified)
    problems.add(map.at(),
                 fmt::format("component {} has a tls_port but no certificate", component.name));
}

ComponentEntry read_component(const std::string& name, const Node& node, const StackNames& names,
                              const StackFile& stack, Problems& problems) {
  MapReader map(node, "component " + name, problems);
  ComponentEntry component;
  component.name = name;
  component.part = yaml::take_part(map, names, problems);
  if (!names.parts.empty() && component.part.empty() && map.is_map())
    problems.add(node.at, fmt::format("component {} is of no part: it lacks the key `part`", name));
  yaml::read_component_region(map, names, component, problems);
  component.party = map.take_text("party");
  component.image = map.take_text("image");
  component.binary = map.take_text("binary");
  component.args = take_texts(map, "args", problems);
  component.env = take_env(map, problems);
  read_nodes(map, names, component, problems);
  component.port = take_whole(map, "port", 1, port_max, problems);
  component.health_path = map.take_text("health");
  component.roles = map.take_text("roles");
  const int nodes = static_cast<int>(component.nodes.size());
  component.leads = take_whole(map, "leads", 1, std::max(nodes, 1), problems);
  if (const Node* idle = map.take("idle")) {
    const MapReader fields(*idle, "idle", problems);
    for (size_t i = 0; fields.is_map() && i < idle->keys.size(); ++i)
      component.idle[idle->keys[i].text] = static_cast<int64_t>(
          yaml::read_whole(idle->items[i], idle->keys[i].text, 0, INT64_MAX, problems).value_or(0));
  }
  component.fence_path = map.take_text("fence");
  read_secret_names(map, names, component, stack, problems);
  if (const Node* reaches = map.take("reaches"))
    component.reaches = yaml::read_components(*reaches, "reaches", names, problems);
  if (const Node* reads = map.take("reads_logs"))
    component.reads_logs = yaml::read_flag(*reads, "reads_logs", problems).value_or(false);
  component.cpu_shares = take_whole(map, "cpu_shares", cpu_shares_min, cpu_shares_max, problems);
  map.finish();
  return component;
}

SecretEntry read_secret(const std::string& name, const Node& node, Problems& problems) {
  MapReader map(node, "secret " + name, problems);
  SecretEntry secret{name, {}, 0};
  const bool is_certificate = node.find("certificate") != nullptr;
  secret.certificate_names = take_texts(map, "certificate", problems);
  secret.random_bytes = take_whole(map, "random", secret_bytes_min, secret_bytes_max, problems);
  if (const Node* mutual = map.take("mutual"))
    secret.mutual = yaml::read_flag(*mutual, "mutual", problems).value_or(false);
  if (const Node* escrow = map.take("escrow"))
    secret.escrow = yaml::read_flag(*escrow, "escrow", problems).value_or(false);
  map.finish();
  if (map.is_map() && is_certificate == (node.find("random") != nullptr))
    problems.add(node.at, fmt::format("secret {} is a `certificate` for host names or some bytes "
                                      "that are `random`",
                                      name));
  return secret;
}

SettingEntry read_setting(const std::string& name, const Node& node, Problems& problems) {
  MapReader map(node, "setting " + name, problems);
  SettingEntry setting;
  setting.fallback = map.need_text("default");
  if (const Node* values = map.take("values")) {
    const MapReader named(*values, "values", problems);
    for (size_t i = 0; named.is_map() && i < values->keys.size(); ++i)
      setting.values[values->keys[i].text] =
          yaml::read_named_texts(values->items[i], values->keys[i].text, problems);
  }
  setting.variable = map.take_text("variable");
  setting.free = !setting.variable.empty();
  if (const Node* counts = map.take("counts"))
    setting.counts_players =
        yaml::read_one_of(*counts, "counts", {"players"}, problems).has_value();
  map.finish();
  return setting;
}

// Calls read(name, node) for each entry of the map under that key.
template <typename Read>
void read_each(const Node* node, const char* what, Problems& problems, Read read) {
  if (!node) return;
  const MapReader map(*node, what, problems);
  for (size_t i = 0; map.is_map() && i < node->keys.size(); ++i)
    read(node->keys[i], node->items[i]);
}

void read_components(const Node& node, StackNames& names, StackFile& stack, Problems& problems) {
  for (const Node& key : node.keys) names.components.push_back(key.text);
  std::map<std::pair<std::string, int>, std::string> taken;  // zone and host → node
  read_each(&node, "components", problems, [&](const Node& key, const Node& item) {
    auto component = read_component(key.text, item, names, stack, problems);
    for (const auto& one : component.nodes) {
      const auto [first, is_new] = taken.try_emplace({one.zone, one.host}, one.name);
      if (!is_new && !one.zone.empty() && one.host != 0)
        problems.add(key.at, fmt::format("{} has the address of {}", one.name, first->second));
      if (std::ranges::find(names.nodes, one.name) != names.nodes.end())
        problems.add(key.at, fmt::format("two nodes are called {}", yaml::shown(one.name)));
      names.nodes.push_back(one.name);
    }
    stack.components.push_back(std::move(component));
  });
  if (stack.components.size() == node.keys.size()) yaml::settle_regions(node, stack, problems);
}

void read_settings(const Node* node, const StackNames& names, StackFile& stack,
                   Problems& problems) {
  read_each(node, "settings", problems, [&](const Node& key, const Node& item) {
    // What it chooses becomes the environment of the component before the dot.
    const std::string component = key.text.substr(0, key.text.find('.'));
    if (std::ranges::find(names.components, component) == names.components.end())
      problems.add(key.at, yaml::unknown("component", component, names.components));
    stack.settings[key.text] = read_setting(key.text, item, problems);
  });
}

void read_stack(const Node& root, StackFile& stack, Problems& problems) {
  MapReader map(root, "stack", problems);
  if (!map.is_map()) return;
  StackNames names;
  if (const Node* name = map.need("stack"))
    stack.name = yaml::read_own_name(*name, "stack", stack.path, "", problems);
  stack.title = map.take_text("title");
  stack.subnet = map.need_text("subnet");
  stack.control_address = map.need_text("control");
  for (auto& name : take_texts(map, "capabilities", problems))
    stack.capabilities.insert(std::move(name));
  read_each(map.need("zones"), "zones", problems, [&](const Node& key, const Node& item) {
    names.zones.push_back(key.text);
    stack.zones.emplace_back(key.text, yaml::read_text(item, key.text, problems).value_or(""));
  });
  yaml::read_regions(map, names, stack, problems);
  read_each(map.take("secrets"), "secrets", problems, [&](const Node& key, const Node& item) {
    names.secrets.push_back(key.text);
    stack.secrets.push_back(read_secret(key.text, item, problems));
  });
  yaml::read_parts(map, names, stack, problems);
  if (const Node* components = map.need("components"))
    read_components(*components, names, stack, problems);
  read_settings(map.take("settings"), names, stack, problems);
  stack.edge_component = yaml::take_component(map, "edge", names, problems);
  if (const Node* node = map.take("entry")) {
    MapReader entry(*node, "entry", problems);
    stack.entry_name = entry.need_text("name");
    stack.dns_component = yaml::take_component(entry, "dns", names, problems);
    entry.finish();
  }
  if (const Node* players = map.need("players"))
    stack.players_node = yaml::read_one_of(*players, "node", names.nodes, problems).value_or("");
  if (const Node* platform = map.need("platform"))
    yaml::read_platform(*platform, names, stack, problems);
  map.finish();
}

}  // namespace

Result<StackFile> read_stack_file(const std::string& path) {
  const auto text = read_file(path, bytes_max);
  if (!text) return fail(ExitCode::usage, text.error().message);
  Problems problems;
  StackFile stack;
  stack.path = path;
  std::vector<std::string> sources = {path, ""};
  auto tree = yaml::read_stack_tree(*text, sources, problems);
  if (tree) {
    if (Node* components = tree->find("components")) yaml::write_out_twins(*components, problems);
    // Of a twin of nobody everything else would be missing.
    if (problems.empty()) read_stack(*tree, stack, problems);
  }
  if (problems.empty()) return stack;
  std::string all;
  sources[1] = stack.platform_path;
  for (const auto& diagnostic : problems.sorted(sources))
    all += (all.empty() ? "" : "\n") + to_string(diagnostic);
  return fail(ExitCode::usage, all);
}

}  // namespace rehearse
