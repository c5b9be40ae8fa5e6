#include "scenario/suite.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;
using yaml::Where;

constexpr size_t scenarios_max = 1'000;

void read_scenarios(const Node& node, const SuiteInput& input, Suite& suite, Problems& problems) {
  if (!yaml::is_filled_list(node, "scenarios", scenarios_max, problems)) return;
  for (const Node& item : node.items) {
    const auto name = yaml::read_one_of(item, "scenario", input.scenarios, problems);
    if (!name) continue;
    if (std::ranges::find(suite.scenarios, *name) != suite.scenarios.end()) {
      problems.add(item.at, fmt::format("{} is named twice", yaml::shown(*name)));
    } else {
      suite.scenarios.push_back(*name);
    }
  }
}

void read_suite(const Node& root, const SuiteInput& input, Suite& suite, Problems& problems) {
  MapReader map(root, "suite", problems);
  if (!map.is_map()) return;
  if (const Node* name = map.need("suite")) {
    const std::string path = input.any_name ? "pipe" : input.path;
    suite.name = yaml::read_own_name(*name, "suite", path, input.any_name ? path : "", problems);
  }
  if (const Node* title = map.need("title")) {
    suite.title = yaml::read_text(*title, "title", problems).value_or("");
  }
  if (const Node* list = map.need("scenarios")) read_scenarios(*list, input, suite, problems);
  if (const Node* day = map.take("game_day")) suite.game_day = read_game_day(*day, problems);
  map.finish();
}

}  // namespace

std::expected<Suite, std::vector<Diagnostic>> parse_suite(const SuiteInput& input) {
  Problems problems;
  Suite suite;
  const auto tree = yaml::read_root(input.text, problems);
  if (tree) read_suite(*tree, input, suite, problems);
  if (!problems.empty()) return std::unexpected(problems.sorted({input.path}));
  return suite;
}

bool is_suite(std::string_view text) {
  const auto tree = yaml::parse_tree(text, Where{0, 1, 1});
  return tree && tree->find("suite") != nullptr;
}

}  // namespace rehearse
