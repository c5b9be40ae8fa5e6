#include "runbook/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Problems;
using yaml::Where;

constexpr std::string_view fence = "---\n", opening = "{{", closing = "}}";

// The head between two fences; empty: there is none.
std::string_view head_of(std::string_view text) {
  if (!text.starts_with(fence)) return "";
  const size_t end = text.find("\n---\n", fence.size() - 1);
  if (end == std::string_view::npos) return "";
  return text.substr(fence.size(), end + 1 - fence.size());
}

void read_head(const yaml::Node& root, const std::string& path, Message& message,
               Problems& problems) {
  MapReader map(root, "message", problems);
  if (!map.is_map()) return;
  if (const yaml::Node* name = map.need("message")) {
    const auto word = yaml::read_text(*name, "message", problems);
    const std::string file = path.substr(path.rfind('/') + 1);
    if (word && file != *word + ".md")
      problems.add(name->at, fmt::format("the message {} is in the file {}: it must be {}.md",
                                         yaml::shown(*word), yaml::shown(file), *word));
    message.name = word.value_or("");
  }
  message.to = map.need_text("to");
  if (const yaml::Node* form = map.take("form"))
    message.form = yaml::read_one_of(*form, "form", {"initial", "intermediate", "final"}, problems)
                       .value_or("");
  if (const yaml::Node* due = map.take("due"))
    message.due_ms = yaml::read_duration_ms(*due, "due", 1, problems);
  if (const yaml::Node* after = map.take("only_after"))
    message.only_after_ms = yaml::read_duration_ms(*after, "only_after", 1, problems);
  map.finish();
}

// Each place of a fact, in the order of the text: from its opening to behind its closing.
template <typename Visit>
void for_each_fact(std::string_view text, Visit visit) {
  for (size_t at = text.find(opening); at != std::string_view::npos; at = text.find(opening, at)) {
    const size_t end = text.find(closing, at);
    const size_t after = end == std::string_view::npos ? text.size() : end + closing.size();
    visit(at, after,
          end == std::string_view::npos
              ? std::nullopt
              : std::optional(text.substr(at + opening.size(), end - at - opening.size())));
    at = after;
  }
}

Where place_in(std::string_view text, size_t at) {
  const auto before = text.substr(0, at);
  const size_t line_start = before.rfind('\n');
  return {0, static_cast<int>(1 + std::ranges::count(before, '\n')),
          static_cast<int>(line_start == std::string_view::npos ? at + 1 : at - line_start)};
}

void check_facts(std::string_view text, size_t body_at, Problems& problems) {
  std::vector<std::string> known;
  for (const MessageFact& fact : message_facts()) known.emplace_back(fact.name);
  for_each_fact(text.substr(body_at), [&](size_t at, size_t, std::optional<std::string_view> name) {
    const Where place = place_in(text, body_at + at);
    if (!name)
      problems.add(place, "`{{` is not closed by `}}`");
    else if (std::ranges::find(known, *name) == known.end())
      problems.add(place, yaml::unknown("fact", std::string(*name), known));
  });
}

}  // namespace

std::span<const MessageFact> message_facts() {
  static constexpr auto facts = std::to_array<MessageFact>({
      {"run", "the run, as its folder is called"},
      {"scenario", "the scenario's name"},
      {"title", "the scenario's question"},
      {"stack", "the stack that it is played on"},
      {"now", "when the message is sent, UTC"},
      {"began", "when the first fault began, UTC"},
      {"lasting", "how long ago that was"},
      {"state", "`going on`, or `over` once every fault is healed"},
      {"faults", "each fault so far, with what it is aimed at"},
  });
  return facts;
}

std::expected<Message, std::vector<Diagnostic>> parse_message(const std::string& path,
                                                              const std::string& text) {
  Problems problems;
  Message message;
  const std::string_view head = head_of(text);
  if (head.empty()) {
    problems.add(Where{0, 1, 1}, "a message begins with its head: `---`, keys, `---`");
    return std::unexpected(problems.sorted({path}));
  }
  const size_t body_at = fence.size() + head.size() + fence.size();
  auto tree = yaml::parse_tree(head, Where{0, 2, 1});
  if (tree)
    read_head(*tree, path, message, problems);
  else
    problems.add_all(std::move(tree.error()));
  check_facts(text, body_at, problems);
  message.text = text.substr(body_at);
  if (!problems.empty()) return std::unexpected(problems.sorted({path}));
  return message;
}

std::string filled(const Message& message, const Incident& incident) {
  std::string text;
  size_t from = 0;
  for_each_fact(message.text, [&](size_t at, size_t after, std::optional<std::string_view> name) {
    const auto word = incident.words.find(std::string(name.value_or("")));
    text.append(message.text, from, at - from);
    text += word == incident.words.end() ? "not known" : word->second;
    from = after;
  });
  return text.append(message.text, from);
}

}  // namespace rehearse
