// The load profiles of scenarios/profiles, read once.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "engine/rehearsal.hpp"
#include "scenario/profile.hpp"

namespace rehearse {

struct Profiles {
  std::map<std::string, ProfileFile> good;
  std::map<std::string, std::string> broken;  // name → every diagnostic
};
Profiles read_profiles(const Places& places);

// Errors (usage): cannot be read, or every diagnostic.
Result<ProfileFile> load_profile(const std::string& path);

}  // namespace rehearse
