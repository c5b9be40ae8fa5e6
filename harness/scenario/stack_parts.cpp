#include "scenario/stack_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenario/stack_sections.hpp"

namespace rehearse {
namespace yaml {
namespace {

std::vector<std::string> take_list(MapReader& map, std::string_view key, Problems& problems) {
  const Node* node = map.take(key);
  return node ? read_texts(*node, key, problems) : std::vector<std::string>();
}

}  // namespace

void read_parts(MapReader& root, StackNames& names, StackFile& stack, Problems& problems) {
  const Node* node = root.take("parts");
  if (!node) return;
  const MapReader all(*node, "parts", problems);
  for (const Node& key : node->keys) names.parts.push_back(key.text);
  for (size_t i = 0; all.is_map() && i < node->keys.size(); ++i) {
    MapReader map(node->items[i], "part " + node->keys[i].text, problems);
    PartEntry part;
    part.name = node->keys[i].text;
    part.title = map.need_text("title");
    if (const Node* needs = map.take("needs")) {
      part.needs = read_texts(*needs, "needs", problems);
      for (const std::string& name : part.needs)
        if (std::ranges::find(names.parts, name) == names.parts.end())
          problems.add(needs->at, unknown("part", name, names.parts));
    }
    part.gives = take_list(map, "gives", problems);
    part.faults = take_list(map, "faults", problems);
    part.tables = take_list(map, "tables", problems);
    part.without = map.take_text("without");
    if (const Node* on_request = map.take("on_request"))
      part.on_request = read_flag(*on_request, "on_request", problems).value_or(false);
    map.finish();
    stack.capabilities.insert(part.gives.begin(), part.gives.end());
    stack.parts.push_back(std::move(part));
  }
}

std::string take_part(MapReader& map, const StackNames& names, Problems& problems) {
  const Node* node = map.take("part");
  return node ? read_one_of(*node, "part", names.parts, problems).value_or("") : "";
}

}  // namespace yaml

namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::string part_of_target(const StackFile& stack, const std::string& target,
                           const std::string& component) {
  if (const auto own = stack.target_parts.find(target); own != stack.target_parts.end())
    return own->second;
  const auto found = std::ranges::find(stack.components, component, &ComponentEntry::name);
  return found == stack.components.end() ? "" : found->part;
}

// Books that are kept by a component that is not there.
void drop_books(StackFile& stack) {
  const auto gone = [&](const std::string& name) { return stack.left_out.contains(name); };
  BooksEntry& books = stack.books;
  std::erase_if(books.provider_components, gone);
  std::erase_if(books.stream_components, gone);
  if (gone(books.alerts_component)) books.alerts_component.clear();
  if (gone(books.reporting_component)) books.reporting_component.clear();
  if (gone(books.redis_component)) {
    books.redis_component.clear();
    books.redis_streams.clear();
  }
  if (gone(books.kafka_component)) books.kafka_component.clear();
  if (stack.residency && gone(stack.residency->vault)) stack.residency.reset();
  if (gone(stack.backups.store)) stack.backups = {};
  std::erase_if(stack.backups.policy.classes, [&](const auto& data) {
    const auto kept = stack.backups.keeps.find(kept_class(data.second));
    return kept != stack.backups.keeps.end() && gone(kept->second);
  });
  std::erase_if(stack.backups.keeps, [&](const auto& kept) { return gone(kept.second); });
  if (gone(stack.consumer_component)) stack.consumer_component.clear();
  if (stack.reset) {
    std::erase_if(stack.reset->stop, gone);
    std::erase_if(stack.reset->data, gone);
  }
  std::erase_if(stack.paths, [&](const PathEntry& path) { return gone(path.component); });
}

}  // namespace

StackFile with_parts(StackFile stack, const std::vector<std::string>& named) {
  stack.chosen.clear();
  for (const PartEntry& part : stack.parts)
    if (named.empty() ? !part.on_request : has(named, part.name)) stack.chosen.push_back(part.name);
  if (stack.chosen.size() == stack.parts.size()) return stack;
  const std::vector<std::string> parts = stack.chosen;
  std::erase_if(stack.targets, [&](const auto& target) {
    return !has(parts, part_of_target(stack, target.first, target.second));
  });
  for (const auto& component : stack.components)
    if (!has(parts, component.part)) stack.left_out.insert(component.name);
  std::erase_if(stack.components, [&](const ComponentEntry& component) {
    return stack.left_out.contains(component.name);
  });
  for (auto& component : stack.components) {
    std::erase_if(component.twins, [&](const auto& name) { return stack.left_out.contains(name); });
    if (component.twins.size() == 1) component.twins.clear();
  }
  drop_books(stack);
  for (const PartEntry& part : stack.parts) {
    if (has(parts, part.name)) continue;
    for (const auto& capability : part.gives) stack.capabilities.erase(capability);
    for (const auto& table : part.tables) stack.books.sql.erase(table);
  }
  std::erase_if(stack.settings, [&](const auto& setting) {
    return stack.left_out.contains(setting.first.substr(0, setting.first.find('.')));
  });
  std::erase_if(stack.secrets, [&](const SecretEntry& secret) {
    return std::ranges::none_of(stack.components, [&](const ComponentEntry& component) {
      return has(component.secrets, secret.name);
    });
  });
  return stack;
}

Status check_parts(const StackFile& stack, const std::vector<std::string>& parts) {
  std::vector<std::string> known;
  for (const PartEntry& part : stack.parts) known.push_back(part.name);
  for (const std::string& name : parts) {
    const auto part = std::ranges::find(stack.parts, name, &PartEntry::name);
    if (part == stack.parts.end())
      return fail(ExitCode::usage,
                  yaml::unknown("part of the stack " + stack.name + ":", name, known));
    for (const std::string& needed : part->needs)
      if (!has(parts, needed))
        return fail(ExitCode::usage, fmt::format("the part `{}` needs `{}`: add it", name, needed));
  }
  return {};
}

std::map<std::string, std::string> parts_left_out(const StackFile& stack) {
  std::map<std::string, std::string> left_out;
  for (const PartEntry& part : stack.parts)
    if (!has(stack.chosen, part.name)) left_out[part.name] = part.without;
  return left_out;
}

void add_part_facts(const StackFile& stack, StackFacts& facts) {
  if (stack.parts.empty()) return;
  std::map<std::string, std::set<std::string>> parts_in_zone;
  for (const auto& component : stack.components) {
    if (component.name == stack.edge_component) facts.base = component.part;
    facts.part_of["component " + component.name] = component.part;
    for (const auto& node : component.nodes) {
      facts.part_of["node " + node.name] = component.part;
      parts_in_zone[node.zone].insert(component.part);
    }
  }
  for (const auto& [zone, parts] : parts_in_zone)
    if (parts.size() == 1) facts.part_of["zone " + zone] = *parts.begin();
  for (const PartEntry& part : stack.parts) {
    facts.parts.push_back({part.name, part.needs, part.on_request});
    for (const auto& capability : part.gives) facts.part_of["capability " + capability] = part.name;
    for (const auto& fault : part.faults) facts.part_of["fault " + fault] = part.name;
  }
  for (const auto& [target, component] : stack.targets)
    facts.part_of["target " + target] = part_of_target(stack, target, component);
  for (const auto& secret : stack.secrets)
    for (const auto& component : stack.components)
      if (has(component.secrets, secret.name))
        facts.part_of.emplace("secret " + secret.name, component.part);
}

}  // namespace rehearse
