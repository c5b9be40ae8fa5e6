// The life of the stack that is on this machine: raised and left up, used again, taken down. What
// is up stands on disk, so that another process finds it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/live_view.hpp"
#include "runtime/machine.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

// Where things of ours are, in the repository and on the machine.
struct Places {
  std::string root;         // of the repository
  std::string images_list;  // build/images.list
  std::string binary_dir;   // where `casino` is
};

// The run or stack that is on this machine now; written before anything is raised.
struct ActiveStack {
  std::string stack, run_dir;
  bool kept = false;                                 // left up on purpose (`up`, `--keep`)
  std::map<std::string, std::string> settings = {};  // of the stack, as chosen
  std::string log_dir = {};                          // where its nodes write theirs
  std::vector<std::string> parts = {};               // of it, as chosen
};
Status write_active(const ActiveStack& active);
// Empty stack = none. Errors (machine): it cannot be read, or it was up before the machine's last
// start; `down` is the remedy.
Result<ActiveStack> read_active();
Status clear_active();

// Errors (machine) when something of an earlier run is still here, with the remedy.
Status require_clean(Machine& machine);

// Makes the stack that is up as good as new for that stack file and those settings; returns the
// milliseconds that it took, 0 = it was unused. Errors (machine): it is another one, or cannot be
// reset; it is then left as it is.
Result<double> reset_active_stack(const StackFile& stack,
                                  const std::map<std::string, std::string>& settings,
                                  const std::function<bool()>& cancelled, LiveView& live);

// Plays something; an exception becomes an error (bug), after `clean_up`: nobody else would take
// down what is up.
Status contained(const std::function<Status()>& play, const std::function<Status()>& clean_up);

// Takes down what is up and forgets it. Safe to repeat.
Status take_active_down(LiveView& live);

// Raises a stack and leaves it up; the other way round.
Status raise_and_keep(const StackFile& stack, const std::map<std::string, std::string>& settings,
                      const Places& places, const std::function<bool()>& cancelled, LiveView& live);

}  // namespace rehearse
