// What players do, as it is written in scenarios/profiles/NAME.yaml. Data only, by names: load/
// knows what they mean.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.hpp"

namespace rehearse {

struct ProfileInput {
  std::string path;  // for messages; file name = profile name
  std::string text;
  // What may be named: behaviours that arrive by themselves, and those that follow others.
  std::vector<std::string> behaviours, follow_ups, methods, networks;
};

// Whether the text is a profile rather than a scenario or a suite.
bool is_profile(std::string_view text);

// Everything that is wrong, ordered by position. Never throws.
std::expected<ProfileFile, std::vector<Diagnostic>> parse_profile(const ProfileInput& input);

}  // namespace rehearse
