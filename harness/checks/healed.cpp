// Proves that nothing was left behind: every fault that ends was healed, the scan for residue found
// nothing, and redundancy came back while load was still on.
// From: the run's fault records, residue scan and redundancy time.
// Cannot see: residue of kinds that the scan does not know.
#include <algorithm>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {

Finding examine_healed(const Joined& joined) {
  const Run& run = joined.run;
  Examination examination("healed");
  int64_t healed = 0;
  for (const FaultRecord& fault : run.faults) {
    if (!fault.injected_ms || !fault.heal_expected) continue;
    examination.examined();
    if (fault.healed_ms) {
      ++healed;
      continue;
    }
    examination.violation("{} {} on {}: not healed{}{}", fault.id, fault.fault, fault.target,
                          fault.error.empty() ? "" : ": ", fault.error);
  }
  if (run.residue) {
    examination.examined();
    for (const std::string& left : *run.residue) examination.violation("left behind: {}", left);
  } else {
    examination.cannot_say("residue was not scanned for");
  }
  // What lasts to the end may keep a standby away; then there is nothing to come back.
  const bool all_end = std::ranges::all_of(run.faults, [](const FaultRecord& fault) {
    return fault.heal_expected || !fault.disruptive;
  });
  if (run.redundancy_restored_ms) {
    examination.examined();
  } else if (all_end && run.observe_deadline_missed) {
    examination.examined();
    examination.violation("redundancy was not restored before the observation's deadline");
  } else if (all_end) {
    examination.cannot_say("when redundancy was restored was not measured");
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} healed, nothing left behind{}", counted(healed, "fault"),
                        run.redundancy_restored_ms ? ", redundancy restored" : "")
          : fmt::format("{} not put right", counted(examination.violations(), "thing"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
