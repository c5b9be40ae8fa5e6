#include "scenario/problems.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "base/utf8.hpp"

namespace rehearse {

std::string to_string(const Diagnostic& diagnostic) {
  if (diagnostic.line == 0) return fmt::format("{}: {}", diagnostic.file, diagnostic.message);
  return fmt::format("{}:{}:{}: {}", diagnostic.file, diagnostic.line, diagnostic.column,
                     diagnostic.message);
}

}  // namespace rehearse

namespace rehearse::yaml {

void Problems::add(Where at, std::string message) {
  issues_.push_back({at, std::move(message)});
}

void Problems::add_all(std::vector<Issue> issues) {
  for (Issue& issue : issues) issues_.push_back(std::move(issue));
}

std::vector<Diagnostic> Problems::sorted(const std::vector<std::string>& sources) const {
  std::vector<Issue> ordered = issues_;
  std::ranges::stable_sort(ordered, {}, &Issue::at);
  const auto same = [](const Issue& a, const Issue& b) {
    return std::tie(a.at, a.message) == std::tie(b.at, b.message);
  };
  ordered.erase(std::unique(ordered.begin(), ordered.end(), same), ordered.end());
  std::vector<Diagnostic> diagnostics;
  for (Issue& issue : ordered) {
    diagnostics.push_back({sources.at(static_cast<size_t>(issue.at.source)), issue.at.line,
                           issue.at.column, std::move(issue.message)});
  }
  return diagnostics;
}

std::optional<Node> read_root(std::string_view text, Problems& problems) {
  constexpr Where begin{0, 1, 1};
  auto tree = parse_tree(text, begin);
  if (!tree) {
    problems.add_all(std::move(tree.error()));
    return std::nullopt;
  }
  if (tree->kind != Node::Kind::null) return std::move(*tree);
  problems.add(begin, "the file is empty");
  return std::nullopt;
}

std::string shown(std::string_view word) {
  constexpr size_t length_max = 60;
  std::string text;
  while (!word.empty()) {
    if (text.size() >= length_max) return "`" + text + "…`";
    const size_t length = utf8_length(word);
    const std::string_view character = word.substr(0, std::max<size_t>(length, 1));
    text += length == 0 || is_unshown(character) ? "?" : character;
    word.remove_prefix(character.size());
  }
  return "`" + text + "`";
}

std::string unknown(std::string_view what, const std::string& word,
                    const std::vector<std::string>& known) {
  constexpr size_t listed_max = 8;
  const std::string start = fmt::format("unknown {} {}", what, shown(word));
  if (const auto near = suggest(word, known))
    return start + fmt::format(", did you mean `{}`?", *near);
  if (known.empty()) return start + " (there are none)";
  if (known.size() > listed_max) return start;
  return start + fmt::format(" (there are: {})", fmt::join(known, ", "));
}

}  // namespace rehearse::yaml
