// The processes of containers by the kernel's own handles: signals through descriptors of
// processes, standstill through the freezer of control groups (version 1 or 2). It takes
// microseconds where a container engine takes a tenth of a second, so that a fault is in force at
// its moment.
//
// Nothing is ever signalled by a number alone: the engine's pid file says which process began the
// container, and that process must live in the node's own network namespace.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

// By which the processes of a container are made to stand still: "cgroups version 1" or "… 2"; ""
// where this machine mounts neither with a freezer.
std::string find_freezer();

class Processes {
 public:
  // PID_DIR/NODE is the engine's pid file of a node.
  explicit Processes(std::string pid_dir) : pid_dir_(std::move(pid_dir)) {}

  const std::string& pid_dir() const { return pid_dir_; }
  std::string pid_file(const std::string& node) const { return pid_dir_ + "/" + node; }

  // SIGKILL to all processes of each node; those that are dead already are passed over.
  Status kill(const std::vector<std::string>& nodes) const;
  // Stands still (or goes on) when this returns; dead nodes are an error only for a freeze.
  Status freeze(const std::vector<std::string>& nodes) const;
  Status thaw(const std::vector<std::string>& nodes) const;
  // Of every node with a pid file.
  Result<std::map<std::string, NodeState>> states() const;

  // See Effects for these four.
  Result<int64_t> pid_of(const std::string& node, const std::string& words) const;
  Status signal(const std::string& node, int64_t pid_inside, int signal) const;
  Result<ProcessState> process(const std::string& node, int64_t pid_inside) const;
  Result<std::map<std::string, std::vector<int64_t>>> stopped(
      const std::vector<std::string>& nodes) const;

 private:
  std::string pid_dir_;
};

}  // namespace rehearse
