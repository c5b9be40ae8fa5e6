// Logs of a stack that outlives a run: its nodes write to one place for as long as they live, and
// each run's folder gets what was written while it lasted.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"

namespace rehearse {

class NodeLogs {
 public:
  // Nothing is copied: the nodes write to the run's own folder.
  NodeLogs() = default;
  // For a stack that is about to be raised: the folder is made, and emptied of an older stack's.
  static Result<NodeLogs> begin_anew(const std::string& dir);
  // For one that is up: what is there already belongs to somebody else.
  static NodeLogs from_now_on(const std::string& dir);

  // Errors (machine): which log could not be copied.
  Status copy_to(const std::string& run_logs) const;

 private:
  std::string dir_;
  std::map<std::string, uintmax_t> sizes_;  // file → bytes of it that are not ours
};

}  // namespace rehearse
