// A YAML document as a plain tree in which every key and value knows where it stands. Built from
// yaml-cpp's events, not from its nodes: those keep one of two equal keys and expand aliases.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse::yaml {

constexpr size_t text_bytes_max = 1 << 20;
constexpr size_t nodes_max = 100'000;
constexpr size_t depth_max = 16;

// Source 0 is the scenario, 1 the default targets, 2 the --set arguments (line = which of them).
struct Where {
  int source = 0;
  int line = 0, column = 0;  // from 1, columns in bytes; 0 = the whole file
  auto operator<=>(const Where&) const = default;
};

struct Issue {
  Where at;
  std::string message;
};

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Where at;
  std::string text;         // of a scalar
  bool quoted = false;      // "7" is text, 7 a number
  std::vector<Node> keys;   // of a map: keys[i] belongs to items[i], in the order of the file
  std::vector<Node> items;  // of a map or a list

  // The value of a key; null where the map lacks it or this is no map.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

// Whether a value may be named (&name), repeated (*name) and merged into a map (<<: *name; the
// map's own keys win). What is repeated counts against the bounds above each time, and keeps its
// place.
enum class Anchors { refused, expanded };

// Never throws. `origin` is where the text's first byte stands. Refused: invalid UTF-8 and control
// characters, tags, equal keys in one map, a second document, more than the bounds above. Text
// without a document gives a null node.
std::expected<Node, std::vector<Issue>> parse_tree(std::string_view text, Where origin,
                                                   Anchors anchors = Anchors::refused);

}  // namespace rehearse::yaml
