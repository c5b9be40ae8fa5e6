// The only file that includes yaml-cpp; its exceptions end here.
#include "scenario/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/utf8.hpp"
#include "scenario/problems.hpp"
#include "scenario/yaml_text.hpp"

namespace rehearse::yaml {
namespace {

// Builds the tree from events. After the first refusal it ignores what still comes: yaml-cpp reads
// on (its own bounds hold), but nothing more is kept.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, Where origin, Anchors anchors)
      : lines_(text, origin), anchors_(anchors) {}

  std::vector<Issue> issues;
  Node root;
  bool refused = false;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      const bool marked = lines_.from(mark.line, mark.column).starts_with("---");
      refuse(mark, marked ? "a second document begins here: a scenario is one"
                          : "this does not continue what stands above: check the indentation");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({}, mark, "?", anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (anchors_ == Anchors::refused) {
      return refuse(mark, "aliases are not used here: write the value out");
    }
    const auto named = named_.find(anchor);
    if (named == named_.end()) return refuse(mark, "an alias inside of what it repeats");
    const auto [count, depth] = size_of(named->second);
    nodes_ += count;
    if (nodes_ > nodes_max) return refuse(mark, fmt::format("more than {} values", nodes_max));
    if (open_.size() + depth > depth_max) {
      return refuse(mark, fmt::format("nested deeper than {}", depth_max));
    }
    if (!refused) attach(named->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!is_closed_quote(lines_.from(mark.line, mark.column))) {
      return refuse(mark, "this quote is never closed");
    }
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node), mark, tag == "!" ? "?" : tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  void refuse(const YAML::Mark& mark, std::string message) {
    if (!refused) issues.push_back({lines_.where(mark.line, mark.column), std::move(message)});
    refused = true;
  }

 private:
  bool admit(Node& node, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor && anchors_ == Anchors::refused) {
      refuse(mark, "anchors are not used here: write the value out");
    } else if (!tag.empty() && tag != "?") {
      refuse(mark, fmt::format("tags are not used here: remove {}", shown(tag)));
    } else if (++nodes_ > nodes_max) {
      refuse(mark, fmt::format("more than {} values", nodes_max));
    }
    node.at = lines_.where(mark.line, mark.column);
    return !refused;
  }
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    Node node;
    node.kind = kind;
    if (open_.size() >= depth_max) refuse(mark, fmt::format("nested deeper than {}", depth_max));
    if (refused || !admit(node, mark, tag, anchor)) return;
    open_.push_back(std::move(node));
    open_anchors_.push_back(anchor);
  }
  void add(Node node, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (refused || !admit(node, mark, tag, anchor)) return;
    if (anchor != YAML::NullAnchor) named_[anchor] = node;
    attach(std::move(node));
  }
  void close() {
    if (refused) return;
    Node node = std::move(open_.back());
    const YAML::anchor_t anchor = open_anchors_.back();
    open_.pop_back();
    open_anchors_.pop_back();
    if (node.kind == Node::Kind::map) {
      find_equal_keys(node);
      if (anchors_ == Anchors::expanded) merge(node);
    }
    if (anchor != YAML::NullAnchor) named_[anchor] = node;
    attach(std::move(node));
  }
  // YAML's merge key, which yaml-cpp leaves to its users.
  void merge(Node& map) {
    const auto found = std::ranges::find(map.keys, "<<", &Node::text);
    if (found == map.keys.end()) return;
    const auto at = found - map.keys.begin();
    const Node merged = std::move(map.items[static_cast<size_t>(at)]);
    map.keys.erase(found);
    map.items.erase(map.items.begin() + at);
    if (merged.kind != Node::Kind::map) {
      issues.push_back({merged.at, "`<<` merges one mapping: <<: *name"});
      return;
    }
    for (size_t i = 0; i < merged.keys.size(); ++i) {
      if (map.find(merged.keys[i].text)) continue;
      map.keys.push_back(merged.keys[i]);
      map.items.push_back(merged.items[i]);
    }
  }
  // How many nodes, and how deep.
  static std::pair<size_t, size_t> size_of(const Node& node) {
    size_t count = 1 + node.keys.size(), depth = 0;
    for (const Node& item : node.items) {
      const auto [items, below] = size_of(item);
      count += items;
      depth = std::max(depth, below);
    }
    return {count, node.kind == Node::Kind::scalar ? 0 : depth + 1};
  }
  void attach(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Node& parent = open_.back();
    if (parent.kind == Node::Kind::map && parent.keys.size() == parent.items.size()) {
      if (node.kind != Node::Kind::scalar) issues.push_back({node.at, "a key must be a word"});
      parent.keys.push_back(std::move(node));
      return;
    }
    // yaml-cpp marks a missing value where the next thing stands: the key is the better place.
    if (node.kind == Node::Kind::null && parent.kind == Node::Kind::map) {
      node.at = parent.keys.back().at;
    }
    parent.items.push_back(std::move(node));
  }
  void find_equal_keys(const Node& map) {
    std::map<std::string_view, int> first_lines;
    for (const Node& key : map.keys) {
      const auto [first, is_new] = first_lines.emplace(key.text, key.at.line);
      if (is_new || key.kind != Node::Kind::scalar) continue;
      issues.push_back({key.at, fmt::format("{} is given twice, first in line {}", shown(key.text),
                                            first->second)});
    }
  }

  Lines lines_;
  Anchors anchors_;
  std::vector<Node> open_;
  std::vector<YAML::anchor_t> open_anchors_;  // of each that is open
  std::map<YAML::anchor_t, Node> named_;      // by its anchor, once it is closed
  size_t nodes_ = 0;
  int documents_ = 0;
};

// yaml-cpp's words for the commonest slips, with what to look for.
std::string explain(const std::string& message) {
  static const std::map<std::string_view, std::string_view> hints = {
      {"end of map not found", "check the indentation"},
      {"end of sequence not found", "check the indentation"},
      {"end of map flow not found", "a { is never closed"},
      {"end of sequence flow not found", "a [ is never closed"},
      {"illegal map value", "text with a colon needs quotes"},
      {"illegal block entry", "check the indentation: spaces, no tabs"},
      {"illegal tab when looking for indentation", "indent by spaces"},
  };
  const auto hint = hints.find(message);
  return hint == hints.end() ? "YAML: " + message
                             : fmt::format("YAML: {} ({})", message, hint->second);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  if (kind != Kind::map) return nullptr;
  const auto found = std::ranges::find(keys, key, &Node::text);
  return found == keys.end() ? nullptr : &items[static_cast<size_t>(found - keys.begin())];
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).find(key));
}

std::expected<Node, std::vector<Issue>> parse_tree(std::string_view given, Where origin,
                                                   Anchors anchors) {
  if (given.starts_with(byte_order_mark)) {
    given.remove_prefix(byte_order_mark.size());
    origin.column += static_cast<int>(byte_order_mark.size());
  }
  if (auto bad = find_bad_text(given, origin)) return std::unexpected(std::vector{*bad});
  const std::string text = with_whole_characters(given);
  Builder builder(text, origin, anchors);
  try {
    std::istringstream stream{text};
    YAML::Parser parser(stream);
    // Two at most: the second is refused, and some malformed texts yield documents without end.
    for (int i = 0; i < 2 && !builder.refused; ++i) {
      if (!parser.HandleNextDocument(builder)) break;
    }
  } catch (const YAML::Exception& error) {
    builder.refuse(error.mark, explain(error.msg));
  }
  if (!builder.issues.empty()) return std::unexpected(std::move(builder.issues));
  return std::move(builder.root);
}

}  // namespace rehearse::yaml
