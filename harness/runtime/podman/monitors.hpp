// Monitors of containers (conmon) that outlived theirs: one that podman began before it failed
// keeps a log, a pid file and a network namespace, and no list of containers names it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct Monitor {
  pid_t pid = 0;
  std::string container;
};

// Those whose container's name begins with `prefix`.
std::vector<Monitor> find_monitors(const std::string& prefix);
// Of those the ones whose container is none of `listed`.
std::vector<Monitor> orphaned_monitors(const std::string& prefix,
                                       const std::vector<std::string>& listed);
// Ends those that are still there after `patience_ms`, in which they may end by themselves. Errors
// (machine): one that cannot be ended.
Status end_monitors(const std::string& prefix, int64_t patience_ms);

}  // namespace rehearse
