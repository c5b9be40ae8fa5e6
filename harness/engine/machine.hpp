// What this machine can and cannot do, and who else rehearses on it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/runtime.hpp"

namespace rehearse {

// Where we keep what must be found again after a crash (REHEARSE_STATE, else /var/lib/rehearse).
struct StatePaths {
  std::string root, nodes, active, lock, logs;  // logs: of a stack that outlives a run
  std::string secrets;                          // below nodes, and gone with them
};
StatePaths state_paths();

// The one of this machine.
std::unique_ptr<Runtime> open_runtime();

// Of the runtime, the kernel and ourselves.
Result<std::map<std::string, std::string>> versions_of(Machine& machine);

struct MachineFact {
  std::string name;  // root, podman, memory, …
  bool ok = false;
  std::string found;    // what there is
  std::string follows;  // remedy or consequence when it is not ok; else empty
  bool required = true;
};
// Looks, touches nothing.
std::vector<MachineFact> inspect_machine(const std::string& runs_dir);
// The first required fact that is not ok, as an error (machine).
Status require_machine(const std::string& runs_dir);

// One rehearsal at a time on one machine: of those with this state folder, and of those in this
// network namespace, whose bridge and addresses are the same whatever their folder (in a container
// with the host's network, say). Held as long as it lives, freed by the kernel when we die.
class MachineLock {
 public:
  static Result<std::unique_ptr<MachineLock>> take();
  ~MachineLock();

 private:
  MachineLock(int file, int network) : file_(file), network_(network) {}
  int file_, network_;
};

}  // namespace rehearse
