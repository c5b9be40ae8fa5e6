#include "load/profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace rehearse {

std::span<const LoadProfile> load_profiles() {
  // clang-format off
  static const std::vector<LoadProfile> profiles = {
      // name       bet   balance deposit payout settle ms  win   rollback resent
      {"evening",   0.46, 0.08,   0.03,   0.03,  1500,      0.42, 0.02,    0.02},
      {"cashier",   0.20, 0.10,   0.20,   0.20,  1500,      0.42, 0.02,    0.02},  // money in and out
      {"payday",    0.05, 0.05,   0.40,   0.40,  1500,      0.42, 0.02,    0.02},  // hardly any play
      {"games",     0.50, 0.08,   0,      0,     1500,      0.42, 0.02,    0.02},  // no payments
      {"rollbacks", 0.46, 0.04,   0.03,   0.03,  800,       0.30, 0.30,    0.02},  // a studio in trouble
  };
  // clang-format on
  return profiles;
}

Result<LoadProfile> load_profile(std::string_view name) {
  const auto profiles = load_profiles();
  const auto found = std::ranges::find(profiles, name, &LoadProfile::name);
  if (found != profiles.end()) return *found;
  std::string names;
  for (const LoadProfile& profile : profiles) {
    if (!names.empty()) names += ", ";
    names += profile.name;
  }
  return fail(ExitCode::usage, fmt::format("unknown load profile '{}': there are {}", name, names));
}

}  // namespace rehearse
