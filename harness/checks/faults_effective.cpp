// Proves that the rehearsal broke what it says: every planned fault was injected and has a time at
// which its effect was measured, with evidence. noop (no fault at all) needs its evidence too.
// What did not break shows nothing of the platform: that is inconclusive, neither pass nor fail.
// From: the run's fault records.
// Cannot see: whether the effect was as strong as a real failure's.
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {

Finding examine_faults_effective(const Joined& joined) {
  const Run& run = joined.run;
  Examination examination("faults_effective");
  for (const FaultRecord& fault : run.faults) {
    examination.examined();
    const auto wrong = [&](std::string_view what) {
      examination.violation("{} {} on {}: {}", fault.id, fault.fault,
                            fault.target.empty() ? "nothing" : fault.target, what);
    };
    if (!fault.error.empty()) {
      wrong(fault.error);
    } else if (!fault.injected_ms) {
      wrong("never injected");
    } else if (!fault.effective_ms) {
      wrong("injected, but no effect was measured");
    } else if (fault.evidence.empty()) {
      wrong("no evidence of its effect");
    }
  }
  if (run.faults.empty()) examination.cannot_say("no fault was planned: nothing was rehearsed");
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} took effect, with evidence",
                        counted(static_cast<int64_t>(run.faults.size()), "fault"))
          : fmt::format("{} of {} faults did not take effect", examination.violations(),
                        run.faults.size());
  Finding finding = std::move(examination).finish(summary);
  if (finding.verdict == Verdict::fail) finding.verdict = Verdict::inconclusive;
  return finding;
}

}  // namespace rehearse
