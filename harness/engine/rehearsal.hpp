// One rehearsal from nothing to a report: the phases, in their order.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "engine/live_view.hpp"
#include "scenario/scenario.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

// Where things of ours are, in the repository and on the machine.
struct Places {
  std::string root;         // of the repository
  std::string images_list;  // build/images.list
  std::string binary_dir;   // where `casino` is
};

struct RehearsalOptions {
  Scenario scenario;
  StackFile stack;
  Places places;
  std::string out_dir;              // the run's folder; must not exist yet
  bool keep = false;                // leave the stack up
  bool reuse = false;               // use one that is up, and leave it up
  std::function<bool()> cancelled;  // true once the user wants out
  bool shared = false;  // leave the stack up for the next scenario; the caller takes it down
  std::optional<double> reset_ms = {};  // with `reuse`: it was reset just now, in that time
};

// Plays the scenario and records it in the run's folder; the stack is gone afterwards (unless
// kept) and every fault healed, whatever happened. The machine's lock is the caller's.
// Errors: the machine cannot do it, or a bug of ours; a rehearsal that went badly is no error but
// a recorded run.
Status rehearse_scenario(const RehearsalOptions& options, LiveView& live);

// Makes the stack that is up as good as new for that stack file and those settings; returns the
// milliseconds that it took, 0 = it was unused. Errors (machine): it is another one, or cannot be
// reset; it is then left as it is.
Result<double> reset_active_stack(const StackFile& stack,
                                  const std::map<std::string, std::string>& settings,
                                  const std::function<bool()>& cancelled, LiveView& live);

// Takes down what is up and forgets it. Safe to repeat.
Status take_active_down(LiveView& live);

// Raises a stack and leaves it up; the other way round.
Status raise_and_keep(const StackFile& stack, const std::map<std::string, std::string>& settings,
                      const Places& places, const std::function<bool()>& cancelled, LiveView& live);

}  // namespace rehearse
