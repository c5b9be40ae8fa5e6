#include "scenario/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/units.hpp"
#include "base/utf8.hpp"

namespace rehearse::yaml {
namespace {

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "empty";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a mapping";
    case Node::Kind::scalar:
      break;
  }
  return node.quoted ? fmt::format("the text {}", shown(node.text)) : shown(node.text);
}

bool is_negative(const Node& node) {
  return node.kind == Node::Kind::scalar && node.text.size() > 1 && node.text[0] == '-' &&
         node.text[1] >= '0' && node.text[1] <= '9';
}

// Durations, rates and shares: text with a unit, read by base/units.
template <typename T, typename Parse>
std::optional<T> read_unit(const Node& node, std::string_view what, std::string_view expected,
                           Parse parse, Problems& problems) {
  if (is_negative(node)) {
    problems.add(node.at, fmt::format("`{}` must not be negative: {}", what, shown(node.text)));
    return std::nullopt;
  }
  if (node.kind == Node::Kind::scalar) {
    if (const Result<T> value = parse(node.text)) return *value;
  }
  problems.add(node.at, must_be(what, expected, node));
  return std::nullopt;
}

bool is_shown(std::string_view text) {
  while (!text.empty()) {
    const size_t length = std::max<size_t>(utf8_length(text), 1);
    if (is_unshown(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string must_be(std::string_view what, std::string_view expected, const Node& node) {
  return fmt::format("`{}` must be {}, not {}", what, expected, describe(node));
}

std::optional<std::string> read_text(const Node& node, std::string_view what, Problems& problems) {
  // It is shown on terminals and in lists of one line each; quoted YAML can hold anything.
  if (node.kind == Node::Kind::scalar && !is_shown(node.text)) {
    problems.add(node.at,
                 fmt::format("`{}` must be one line of text without control characters", what));
    return std::nullopt;
  }
  if (node.kind == Node::Kind::scalar && !node.text.empty()) return node.text;
  const bool blank = node.kind == Node::Kind::scalar;
  problems.add(node.at,
               blank ? fmt::format("`{}` must not be empty", what) : must_be(what, "text", node));
  return std::nullopt;
}

std::string read_own_name(const Node& node, std::string_view what, const std::string& path,
                          std::string_view kept_as, Problems& problems) {
  const auto name = read_text(node, what, problems);
  if (!name) return "";
  const bool good =
      name->size() <= 64 && std::ranges::all_of(*name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  const std::string file = std::filesystem::path(path).filename().string();
  if (!good) {
    problems.add(node.at, fmt::format("the name {} may have lower-case letters, digits, - "
                                      "and _ only, up to 64",
                                      shown(*name)));
  } else if (file != *name + ".yaml" && (kept_as.empty() || file != kept_as)) {
    problems.add(node.at, fmt::format("the {} {} is in the file {}: it must be {}.yaml", what,
                                      shown(*name), shown(file), *name));
  }
  return *name;
}

std::optional<std::string> read_one_of(const Node& node, std::string_view what,
                                       const std::vector<std::string>& known, Problems& problems) {
  auto text = read_text(node, what, problems);
  if (!text || std::ranges::find(known, *text) != known.end()) return text;
  problems.add(node.at, unknown(what, *text, known));
  return std::nullopt;
}

std::optional<uint64_t> read_whole(const Node& node, std::string_view what, uint64_t min,
                                   uint64_t max, Problems& problems) {
  uint64_t value = 0;
  if (node.kind == Node::Kind::scalar && !node.quoted) {
    const char* end = node.text.data() + node.text.size();
    const auto [rest, error] = std::from_chars(node.text.data(), end, value);
    // A leading zero means octal to some readers of YAML.
    const bool octal = node.text.size() > 1 && node.text[0] == '0';
    const bool whole = error == std::errc() && rest == end && !octal;
    if (whole && value >= min && value <= max) return value;
  }
  problems.add(node.at, must_be(what, fmt::format("a whole number from {} to {}", min, max), node));
  return std::nullopt;
}

std::optional<int64_t> read_duration_ms(const Node& node, std::string_view what, int64_t min_ms,
                                        Problems& problems) {
  auto value = read_unit<int64_t>(node, what, "a duration with a unit (250ms, 15s, 5m)",
                                  parse_duration_ms, problems);
  if (!value) return std::nullopt;
  if (*value < min_ms) {
    problems.add(node.at, fmt::format("`{}` must be longer than 0", what));
    return std::nullopt;
  }
  if (*value > duration_ms_max) {
    problems.add(node.at, fmt::format("`{}` must not be longer than 366d", what));
    return std::nullopt;
  }
  return value;
}

std::optional<double> read_rate_per_s(const Node& node, std::string_view what, Problems& problems) {
  constexpr double rate_max = 1e6;
  auto value = read_unit<double>(node, what, "a rate (150/s)", parse_rate_per_s, problems);
  if (!value || (*value > 0 && *value <= rate_max)) return value;
  problems.add(node.at, fmt::format("`{}` must be above 0/s and at most 1000000/s", what));
  return std::nullopt;
}

std::optional<double> read_share(const Node& node, std::string_view what, Problems& problems) {
  return read_unit<double>(node, what, "a share from 0% to 100%", parse_share, problems);
}

std::optional<bool> read_flag(const Node& node, std::string_view what, Problems& problems) {
  if (node.kind == Node::Kind::scalar && !node.quoted) {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
  }
  problems.add(node.at, must_be(what, "true or false", node));
  return std::nullopt;
}

std::vector<std::string> read_texts(const Node& node, std::string_view what, Problems& problems) {
  std::vector<std::string> texts;
  if (node.kind != Node::Kind::list) problems.add(node.at, must_be(what, "a list", node));
  for (const Node& item : node.kind == Node::Kind::list ? node.items : std::vector<Node>()) {
    if (auto text = read_text(item, what, problems)) texts.push_back(std::move(*text));
  }
  return texts;
}

std::map<std::string, std::string> read_named_texts(const Node& node, std::string_view what,
                                                    Problems& problems) {
  std::map<std::string, std::string> texts;
  const MapReader map(node, std::string(what), problems);
  for (size_t i = 0; map.is_map() && i < node.keys.size(); ++i) {
    const std::string& key = node.keys[i].text;
    if (auto text = read_text(node.items[i], key, problems)) texts[key] = std::move(*text);
  }
  return texts;
}

bool is_filled_list(const Node& node, std::string_view what, size_t items_max, Problems& problems) {
  if (node.kind != Node::Kind::list) {
    problems.add(node.at, must_be(what, "a list", node));
  } else if (node.items.empty()) {
    problems.add(node.at, fmt::format("`{}` is an empty list", what));
  } else if (node.items.size() > items_max) {
    problems.add(node.at, fmt::format("`{}` has {} entries: {} are allowed", what,
                                      node.items.size(), items_max));
  } else {
    return true;
  }
  return false;
}

MapReader::MapReader(const Node& node, std::string what, Problems& problems)
    : node_(node), what_(std::move(what)), problems_(problems) {
  if (!is_map()) problems_.add(node.at, must_be(what_, "a mapping", node));
}

const Node* MapReader::take(std::string_view key) {
  known_.emplace_back(key);
  return node_.find(key);
}

const Node* MapReader::need(std::string_view key) {
  return need(key, what_);
}

const Node* MapReader::need(std::string_view key, std::string_view whose) {
  const Node* value = take(key);
  if (value == nullptr && is_map()) missing_.emplace_back(key, whose);
  return value;
}

std::string MapReader::take_text(std::string_view key, std::string_view fallback) {
  const Node* node = take(key);
  return node ? read_text(*node, key, problems_).value_or("") : std::string(fallback);
}

std::string MapReader::need_text(std::string_view key) {
  const Node* node = need(key);
  return node ? read_text(*node, key, problems_).value_or("") : "";
}

void MapReader::finish() {
  for (const Node& key : node_.keys) {
    if (std::ranges::find(known_, key.text) != known_.end()) continue;
    problems_.add(key.at, unknown(fmt::format("key in `{}`:", what_), key.text, known_));
    const auto meant = suggest(key.text, known_);
    std::erase_if(missing_, [&](const auto& missing) { return missing.first == meant; });
  }
  finish_missing();
}

void MapReader::finish_missing() {
  for (const auto& [key, whose] : missing_) {
    problems_.add(node_.at, fmt::format("`{}` lacks the key `{}`", whose, key));
  }
}

}  // namespace rehearse::yaml
