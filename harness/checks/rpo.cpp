// Proves that what was acknowledged and lost is within the targets of its store, in seconds, and
// that the loss is a suffix: a hole (lost although later writes survived) always fails.
// From: client history, ledger_entries, intents, events and reporting where they are there.
// Cannot see: losses of writes that nobody was told of; what was lost before the run.
#include "base/units.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"

namespace rehearse {

Finding examine_rpo(const Joined& joined) {
  Examination examination("rpo");
  int64_t judged = 0;
  for (const RpoRow& row : measure_rpo(joined)) {
    if (row.verdict == Verdict::not_applicable) continue;
    ++judged;
    examination.examined(row.examined);
    if (row.verdict == Verdict::fail) {
      std::string first;
      for (size_t i = 0; i < row.lost_keys.size() && i < 3; ++i) first += " " + row.lost_keys[i];
      const std::string lag = row.lag_at_fault_ms ? fmt::format(", {} behind at the fault",
                                                                format_ms(*row.lag_at_fault_ms))
                                                  : "";
      examination.violation("{}: {} lost{}{}, {} holes{}, target {}:{}", row.store,
                            row.lost_count.value_or(0), row.lost_ms ? " over " : "",
                            row.lost_ms ? format_ms(*row.lost_ms) : "", row.holes, lag,
                            row.target_ms ? format_ms(*row.target_ms) : "none", first);
    } else if (row.verdict == Verdict::inconclusive) {
      examination.cannot_say(fmt::format("{}: what was lost could not be measured", row.store));
    }
  }
  if (judged == 0) {
    Finding finding = std::move(examination).finish("");
    finding.verdict = Verdict::not_applicable;
    finding.summary = "no target for the recovery point";
    return finding;
  }
  const std::string summary = examination.violations() == 0
                                  ? fmt::format("{} stores within target", judged)
                                  : fmt::format("{} of {} stores lost more than their target",
                                                examination.violations(), judged);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
