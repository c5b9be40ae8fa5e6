// Typed reading of a tree: each value names what it must be, each map the keys it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenario/problems.hpp"
#include "scenario/yaml_tree.hpp"

namespace rehearse::yaml {

constexpr int64_t duration_ms_max = 366LL * 86'400'000;
constexpr size_t steps_max = 1'000;  // of a load or a profile

// Each adds a problem and returns nothing where the value is not what it must be. `what` is the
// name of the value in messages, mostly its key.
std::optional<std::string> read_text(const Node& node, std::string_view what, Problems& problems);
// The name of what a file describes: a folder can be called so, and the file NAME.yaml is (or
// `kept_as`, if that is not empty). Given back also where it is wrong.
std::string read_own_name(const Node& node, std::string_view what, const std::string& path,
                          std::string_view kept_as, Problems& problems);
std::optional<std::string> read_one_of(const Node& node, std::string_view what,
                                       const std::vector<std::string>& known, Problems& problems);
std::optional<uint64_t> read_whole(const Node& node, std::string_view what, uint64_t min,
                                   uint64_t max, Problems& problems);
std::optional<int64_t> read_duration_ms(const Node& node, std::string_view what, int64_t min_ms,
                                        Problems& problems);
std::optional<double> read_rate_per_s(const Node& node, std::string_view what, Problems& problems);
std::optional<double> read_share(const Node& node, std::string_view what, Problems& problems);
std::optional<bool> read_flag(const Node& node, std::string_view what, Problems& problems);
// Texts in a list that may be empty, and texts by name.
std::vector<std::string> read_texts(const Node& node, std::string_view what, Problems& problems);
std::map<std::string, std::string> read_named_texts(const Node& node, std::string_view what,
                                                    Problems& problems);
// Whether it is a list with something in it; adds a problem where not.
bool is_filled_list(const Node& node, std::string_view what, size_t items_max, Problems& problems);

// "`for` must be EXPECTED, not …"
std::string must_be(std::string_view what, std::string_view expected, const Node& node);

// One map. Keys that nobody took are unknown keys.
class MapReader {
 public:
  // `what` names the map in messages. A node that is no map is a problem; it then has no keys.
  MapReader(const Node& node, std::string what, Problems& problems);

  const Node* take(std::string_view key);  // null where it is not given
  const Node* need(std::string_view key);  // a problem of finish() where it is not given
  const Node* need(std::string_view key, std::string_view whose);  // the same, for a part of it
  // The value as text; `fallback` where it is not given.
  std::string take_text(std::string_view key, std::string_view fallback = "");
  std::string need_text(std::string_view key);
  bool is_map() const { return node_.kind == Node::Kind::map; }
  Where at() const { return node_.at; }
  // Reports the keys that were not taken, with suggestions among those that could have been, and
  // those that are missing unless such a suggestion names them.
  void finish();
  // The same where not all keys are known: the missing ones only.
  void finish_missing();

 private:
  const Node& node_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> missing_;  // key, and whose it is
};

}  // namespace rehearse::yaml
