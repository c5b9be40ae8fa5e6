// Control groups of our own. Who ends a group (a CI system a job that takes too long, systemd a
// service) ends everything in it, and the guardian must outlive the harness.
#pragma once

#include <string>
#include <vector>

namespace rehearse {

class OwnGroups {
 public:
  // Moves this process out of its groups, in every hierarchy below `root` by which processes are
  // ended or frozen; where that is not permitted it stays. Removes what dead ones left.
  explicit OwnGroups(const std::string& root = "/sys/fs/cgroup");
  ~OwnGroups();  // back, and the groups are gone, unless others are in them by now
  OwnGroups(const OwnGroups&) = delete;
  OwnGroups& operator=(const OwnGroups&) = delete;

  const std::vector<std::string>& folders() const { return folders_; }

 private:
  std::vector<std::string> folders_;
};

}  // namespace rehearse
