// A stack that goes on from another one, and whose components stand in several regions: `extends`,
// `regions`, `like`.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/files.hpp"
#include "scenario/stack_sections.hpp"

namespace rehearse::yaml {
namespace {

constexpr size_t stack_bytes_max = 16 << 20;

std::optional<Node> take_out(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.keys, key, &Node::text);
  if (map.kind != Node::Kind::map || found == map.keys.end()) return std::nullopt;
  const auto at = found - map.keys.begin();
  std::optional<Node> taken = std::move(map.items[static_cast<size_t>(at)]);
  map.keys.erase(found);
  map.items.erase(map.items.begin() + at);
  return taken;
}

// Maps are merged key by key; of everything else what is said last counts.
void put_over(Node& base, Node own) {
  if (base.kind != Node::Kind::map || own.kind != Node::Kind::map) {
    base = std::move(own);
    return;
  }
  for (size_t i = 0; i < own.keys.size(); ++i) {
    const auto known = std::ranges::find(base.keys, own.keys[i].text, &Node::text);
    if (known == base.keys.end()) {
      base.keys.push_back(std::move(own.keys[i]));
      base.items.push_back(std::move(own.items[i]));
      continue;
    }
    *known = std::move(own.keys[i]);
    put_over(base.items[static_cast<size_t>(known - base.keys.begin())], std::move(own.items[i]));
  }
  base.at = own.at;
}

std::string region_of_zone(const StackFile& stack, const std::string& zone) {
  for (const auto& [region, zones] : stack.regions)
    if (std::ranges::find(zones, zone) != zones.end()) return region;
  return "";
}

// Where all its nodes stand; empty: in none, or in several.
std::string region_of_nodes(const StackFile& stack, const ComponentEntry& component) {
  if (component.nodes.empty()) return "";
  const std::string region = region_of_zone(stack, component.nodes.front().zone);
  const auto elsewhere = [&](const StackNodeEntry& node) {
    return region_of_zone(stack, node.zone) != region;
  };
  return std::ranges::any_of(component.nodes, elsewhere) ? "" : region;
}

void check_places(const StackFile& stack, const ComponentEntry& component, Where at,
                  Problems& problems) {
  for (const auto& node : component.nodes) {
    const std::string region = region_of_zone(stack, node.zone);
    if (component.region.empty() || region.empty() || region == component.region) continue;
    problems.add(at, fmt::format("{} of region {} is in zone {}, which is of region {}", node.name,
                                 component.region, node.zone, region));
  }
}

}  // namespace

std::optional<Node> read_stack_tree(std::string text, std::vector<std::string>& sources,
                                    Problems& problems) {
  const std::filesystem::path own = sources.front();
  std::vector<std::string> names = {own.stem().string()};
  std::vector<Node> trees;  // each goes on from the next
  for (int source = 0;; source = static_cast<int>(sources.size()) - 1) {
    auto tree = parse_tree(text, Where{source, 1, 1}, Anchors::expanded);
    if (!tree) {
      problems.add_all(std::move(tree.error()));
      return std::nullopt;
    }
    if (tree->kind == Node::Kind::null) {
      problems.add(Where{source, 1, 1}, "the file is empty");
      return std::nullopt;
    }
    const auto extends = take_out(*tree, "extends");
    if (source != 0)
      for (const char* key : {"stack", "title"}) take_out(*tree, key);  // each has its own
    trees.push_back(std::move(*tree));
    if (!extends) break;
    const auto name = read_text(*extends, "extends", problems);
    if (!name) return std::nullopt;
    if (std::ranges::find(names, *name) != names.end()) {
      problems.add(extends->at, fmt::format("{} goes on from itself", shown(*name)));
      return std::nullopt;
    }
    sources.push_back((own.parent_path() / (*name + ".yaml")).string());
    auto more = read_file(sources.back(), stack_bytes_max);
    if (!more) {
      problems.add(extends->at, more.error().message);
      return std::nullopt;
    }
    names.push_back(*name);
    text = std::move(*more);
  }
  Node tree = std::move(trees.back());
  for (size_t i = trees.size() - 1; i-- > 0;) put_over(tree, std::move(trees[i]));
  return tree;
}

void write_out_twins(Node& components, Problems& problems) {
  if (components.kind != Node::Kind::map) return;
  std::vector<std::string> known;
  for (const Node& key : components.keys) known.push_back(key.text);
  for (Node& item : components.items) {
    const Node* like = std::as_const(item).find("like");
    if (!like) continue;
    const auto name = read_one_of(*like, "component", known, problems);
    const Node* original = name ? std::as_const(components).find(*name) : nullptr;
    if (!original) continue;
    if (original->find("like")) {
      problems.add(like->at, fmt::format("{} is itself like another: name that one", shown(*name)));
      continue;
    }
    Node whole = *original;
    // Where it stands, and who of it leads, is its own.
    for (const char* key : {"zones", "nodes", "leads", "region"}) take_out(whole, key);
    if (std::as_const(item).find("nodes")) take_out(whole, "host");
    if (whole.kind == Node::Kind::map) put_over(whole, std::move(item));
    item = std::move(whole);
  }
}

void read_regions(MapReader& root, StackNames& names, StackFile& stack, Problems& problems) {
  const Node* node = root.take("regions");
  if (!node) return;
  const MapReader all(*node, "regions", problems);
  for (size_t i = 0; all.is_map() && i < node->keys.size(); ++i) {
    const std::string& region = node->keys[i].text;
    names.regions.push_back(region);
    std::vector<std::string> zones;
    if (is_filled_list(node->items[i], "region " + region, names.zones.size(), problems))
      for (const Node& item : node->items[i].items) {
        const auto zone = read_one_of(item, "zone", names.zones, problems);
        if (!zone) continue;
        const std::string other = region_of_zone(stack, *zone);
        if (!other.empty() || std::ranges::find(zones, *zone) != zones.end())
          problems.add(item.at, fmt::format("zone {} is already in region {}", shown(*zone),
                                            other.empty() ? region : other));
        zones.push_back(*zone);
      }
    stack.regions.emplace_back(region, std::move(zones));
  }
}

void read_component_region(MapReader& map, const StackNames& names, ComponentEntry& component,
                           Problems& problems) {
  component.like = map.take_text("like");
  const Node* region = component.like.empty() ? map.take("region") : map.need("region");
  if (region)
    component.region = read_one_of(*region, "region", names.regions, problems).value_or("");
}

void settle_regions(const Node& components, StackFile& stack, Problems& problems) {
  const auto entry = [&stack](const std::string& name) {
    return std::ranges::find(stack.components, name, &ComponentEntry::name);
  };
  for (auto& component : stack.components)
    if (const auto original = entry(component.like); original != stack.components.end()) {
      if (original->twins.empty()) original->twins.push_back(original->name);
      original->twins.push_back(component.name);
    }
  for (size_t i = 0; i < stack.components.size(); ++i) {
    ComponentEntry& component = stack.components[i];
    check_places(stack, component, components.keys[i].at, problems);
    if (component.region.empty()) component.region = region_of_nodes(stack, component);
    if (component.region.empty() && !component.twins.empty() && !stack.regions.empty())
      component.region = stack.regions.front().first;
  }
  for (size_t i = 0; i < stack.components.size(); ++i) {
    ComponentEntry& component = stack.components[i];
    const auto original = entry(component.like);
    if (original == stack.components.end()) continue;
    component.twins = original->twins;
    for (const std::string& twin : original->twins) {
      if (twin == component.name) break;
      if (component.region.empty() || entry(twin)->region != component.region) continue;
      problems.add(components.keys[i].at,
                   fmt::format("{} and {} are both {} of region {}", twin, component.name,
                               component.like, component.region));
    }
  }
}

}  // namespace rehearse::yaml
