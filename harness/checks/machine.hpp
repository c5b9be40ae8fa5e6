// What the machine had to spare while something was measured on it. What judges time may pass on a
// machine that had nothing, but never fails there: nobody can tell the machine from the platform.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/measures.hpp"

namespace rehearse {

// Over a span of the run; shares are 0 to 1. Null: not told.
struct MachineState {
  std::optional<double> pressure;      // of the time somebody waited for a processor
  std::optional<double> stolen, idle;  // of all processors
  double late_ms =
      0;  // of the longest wake-ups of a thread of ordinary priority, look by look: median
};
// Null: nobody looked then.
std::optional<MachineState> machine_between(const Run& run, double from_ms, double to_ms);

// The phases of service levels (measures.hpp), without those that there were not.
struct MachinePhase {
  std::string phase;
  MachineState state;
};
std::vector<MachinePhase> machine_by_phase(const Run& run, const std::vector<RtoRow>& rto);

// By how much the machine was late in that span, and what to do; empty: it was not, or nobody
// knows.
std::string machine_late(const Run& run, double from_ms, double to_ms);

}  // namespace rehearse
