#include "cli/profiles.hpp"

#include <filesystem>

#include "cli/cli.hpp"
#include "load/behaviour.hpp"

namespace rehearse {
namespace {

// What a profile may name, from the code itself.
ProfileInput input_for(const std::string& path, std::string text) {
  ProfileInput input;
  input.path = path;
  input.text = std::move(text);
  for (const Behaviour& behaviour : behaviours()) {
    if (behaviour.starts) input.behaviours.emplace_back(name_of(behaviour.kind));
    if (behaviour.follow_ups == nullptr) continue;
    for (const FollowUp& next : behaviour.follow_ups({})) {
      input.follow_ups.emplace_back(name_of(next.kind));
    }
  }
  for (int i = 1; i < methods; ++i) input.methods.emplace_back(name_of(static_cast<Method>(i)));
  for (int i = 1; i < networks; ++i) input.networks.emplace_back(name_of(static_cast<Network>(i)));
  return input;
}

}  // namespace

Result<ProfileFile> load_profile(const std::string& path) {
  auto text = given_text(path);
  if (!text) return fail(ExitCode::usage, text.error().message);
  auto profile = parse_profile(input_for(path, std::move(*text)));
  if (profile) return std::move(*profile);
  return std::unexpected(all_of(profile.error()));
}

Profiles read_profiles(const Places& places) {
  Profiles profiles;
  std::error_code ignored;
  for (const auto& file :
       std::filesystem::directory_iterator(places.root + "/scenarios/profiles", ignored)) {
    if (file.path().extension() != ".yaml") continue;
    const std::string name = file.path().stem().string();
    auto profile = load_profile(file.path().string());
    if (profile) {
      profiles.good[name] = std::move(*profile);
    } else {
      profiles.broken[name] = profile.error().message;
    }
  }
  return profiles;
}

}  // namespace rehearse
