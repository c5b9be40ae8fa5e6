#include "undo/own_groups.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr const char* prefix = "rehearse-guardian-";
// Version 2 alone or beside the first; of the first those by which services are known and held.
constexpr const char* hierarchies[] = {"", "/unified", "/systemd", "/pids", "/freezer"};
constexpr const char* members = "/cgroup.procs";

bool enter(const std::string& folder) {
  std::ofstream file(folder + members);
  file << ::getpid() << std::flush;
  return file.good();
}

// The kernel refuses where somebody is in it.
void remove_empty(const std::string& hierarchy) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(hierarchy, ignored))
    if (entry.path().filename().string().starts_with(prefix)) ::rmdir(entry.path().c_str());
}

}  // namespace

OwnGroups::OwnGroups(const std::string& root) {
  std::error_code ignored;
  for (const char* name : hierarchies) {
    const std::string hierarchy = root + name;
    if (!fs::exists(hierarchy + members, ignored)) continue;
    remove_empty(hierarchy);
    const std::string folder = hierarchy + "/" + prefix + std::to_string(::getpid());
    if (!fs::create_directory(folder, ignored)) continue;
    if (enter(folder))
      folders_.push_back(folder);
    else
      ::rmdir(folder.c_str());
  }
}

OwnGroups::~OwnGroups() {
  for (const auto& folder : folders_) {
    (void)enter(fs::path(folder).parent_path().string());
    ::rmdir(folder.c_str());
  }
}

}  // namespace rehearse
