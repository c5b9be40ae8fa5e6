// A suite: scenarios that are rehearsed one after the other, as a YAML file lists them.
//
//   suite: ci
//   title: What every change must pass
//   scenarios: [ci/baseline, ci/zone-loss]   # files under scenarios/, without .yaml
//   game_day: …                              # where people play it together: game_day.hpp
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/game_day.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

struct Suite {
  std::string name, title;
  std::vector<std::string> scenarios;  // in their order, each once
  std::optional<GameDay> game_day;     // null: nobody needs to be there
};

struct SuiteInput {
  std::string path;  // for messages, and file name = suite name
  std::string text;
  std::vector<std::string> scenarios;  // those there are: ci/zone-loss, …
  bool any_name = false;               // it came through a pipe
};

// Everything that is wrong, in the order of the file. Never throws. Whether the scenarios
// themselves are valid is not its business.
std::expected<Suite, std::vector<Diagnostic>> parse_suite(const SuiteInput& input);

// Whether the text means to be a suite rather than a scenario: a mapping with the key `suite`.
bool is_suite(std::string_view text);

}  // namespace rehearse
