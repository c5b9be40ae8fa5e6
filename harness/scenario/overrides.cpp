#include "scenario/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "scenario/yaml_text.hpp"

namespace rehearse::yaml {
namespace {

struct Segment {
  std::string text;
  Where at;
};

// The one map whose keys carry dots themselves.
constexpr std::string_view dotted_map = "stack_set";

std::optional<std::vector<Segment>> split(std::string_view key, int number, Problems& problems) {
  std::vector<Segment> path;
  size_t start = 0;
  while (start <= key.size()) {
    const bool whole_rest = path.size() == 1 && path[0].text == dotted_map;
    const size_t end = whole_rest ? key.size() : std::min(key.find('.', start), key.size());
    const Where at{source_overrides, number, static_cast<int>(start) + 1};
    if (end == start) {
      problems.add(at, fmt::format("a part of the key {} is empty", shown(key)));
      return std::nullopt;
    }
    path.push_back({std::string(key.substr(start, end - start)), at});
    start = end + 1;
  }
  if (path.size() <= depth_max) return path;
  problems.add(path.back().at, fmt::format("the key has more than {} parts", depth_max));
  return std::nullopt;
}

// One step down; null with a problem where there is no such place.
Node* step(Node& node, const Segment& segment, std::string_view parent, Problems& problems) {
  if (node.kind == Node::Kind::null) {
    node.kind = Node::Kind::map;
    if (node.at.line == 0) node.at = segment.at;
  }
  if (node.kind == Node::Kind::map) {
    if (Node* found = node.find(segment.text)) return found;
    Node key;
    key.kind = Node::Kind::scalar;
    key.text = segment.text;
    key.at = segment.at;
    node.keys.push_back(std::move(key));
    return &node.items.emplace_back();
  }
  if (node.kind == Node::Kind::scalar) {
    problems.add(segment.at,
                 fmt::format("{} is a value: it has no {}", shown(parent), shown(segment.text)));
    return nullptr;
  }
  size_t index = 0;
  const char* end = segment.text.data() + segment.text.size();
  const auto [rest, error] = std::from_chars(segment.text.data(), end, index);
  if (error == std::errc() && rest == end && index < node.items.size()) return &node.items[index];
  problems.add(segment.at, fmt::format("{} is a list of {}: {} is not one of 0 to {}",
                                       shown(parent), node.items.size(), shown(segment.text),
                                       static_cast<int64_t>(node.items.size()) - 1));
  return nullptr;
}

void apply(Node& root, const std::string& override, int number, Problems& problems) {
  const Where start{source_overrides, number, 1};
  const size_t equals = override.find('=');
  if (equals == std::string::npos || override.find('\n') != std::string::npos) {
    return problems.add(start, fmt::format("{} is not KEY=VALUE", shown(override)));
  }
  if (auto bad = find_bad_text(override, start)) return problems.add(bad->at, bad->message);
  const Where value_at{source_overrides, number, static_cast<int>(equals) + 2};
  auto value = parse_tree(std::string_view(override).substr(equals + 1), value_at);
  if (!value) problems.add_all(std::move(value.error()));
  const auto path = split(std::string_view(override).substr(0, equals), number, problems);
  if (!value || !path) return;
  Node* node = &root;
  std::string_view parent = "the scenario";
  for (const Segment& segment : *path) {
    node = step(*node, segment, parent, problems);
    if (node == nullptr) return;
    parent = segment.text;
  }
  if (value->at.line == 0) value->at = value_at;  // "KEY=" has no value to stand anywhere
  *node = std::move(*value);
}

}  // namespace

void apply_overrides(Node& root, const std::vector<std::string>& overrides, Problems& problems) {
  for (size_t i = 0; i < overrides.size(); ++i) {
    apply(root, overrides[i], static_cast<int>(i) + 1, problems);
  }
}

}  // namespace rehearse::yaml
