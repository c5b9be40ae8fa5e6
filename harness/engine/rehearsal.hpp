// One rehearsal from nothing to a report: the phases, in their order.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/active_stack.hpp"
#include "engine/auto_rate.hpp"
#include "engine/live_view.hpp"
#include "engine/runbook_act.hpp"
#include "scenario/scenario.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

struct RehearsalOptions {
  Scenario scenario;
  StackFile stack;
  Places places;
  std::string out_dir;              // the run's folder; must not exist yet
  bool keep = false;                // leave the stack up
  bool reuse = false;               // use one that is up, and leave it up
  std::function<bool()> cancelled;  // true once the user wants out
  bool shared = false;  // leave the stack up for the next scenario; the caller takes it down
  std::string audit_secret = {};             // ends the audit trail; empty: nobody signs
  Runbooks runbooks = {};                    // that the scenario names
  std::optional<double> reset_ms = {};       // with `reuse`: it was reset just now, in that time
  std::optional<FoundRate> known_rate = {};  // found before, and in the scenario already
};

// Plays the scenario and records it in the run's folder; the stack is gone afterwards (unless
// kept) and every fault healed, whatever happened. The machine's lock is the caller's.
// Errors: the machine cannot do it, or a bug of ours; a rehearsal that went badly is no error but
// a recorded run.
Status rehearse_scenario(const RehearsalOptions& options, LiveView& live);

}  // namespace rehearse
