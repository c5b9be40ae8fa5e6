// Proves that every kind of operation with a target was back within it after every disruptive
// fault, as clients felt it (measures.hpp says exactly how an outage is measured).
// From: client history, fault records, targets.
// Cannot see: outages shorter than the distance of attempts (resolution_ms), or of kinds that
// nobody tried: those are inconclusive.
#include "base/units.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"

namespace rehearse {
namespace {

std::string rto_text(const RtoRow& row) {
  if (!row.measured_ms) return "no attempts after the fault";
  return fmt::format("{}{}", row.open_at_end ? "at least " : "", format_ms(*row.measured_ms));
}

}  // namespace

Finding examine_rto(const Joined& joined) {
  Examination examination("rto");
  int64_t judged = 0;
  for (const RtoRow& row : joined.rto) {
    if (row.verdict == Verdict::not_applicable) continue;
    ++judged;
    examination.examined(row.attempts);
    if (row.verdict == Verdict::fail) {
      examination.violation("{} after {}: out for {}, target {}", row.operation, row.fault,
                            rto_text(row), format_ms(*row.target_ms));
    } else if (row.verdict != Verdict::pass) {
      examination.cannot_say(fmt::format("{} after {}: {}, target {}{}{}", row.operation, row.fault,
                                         rto_text(row), format_ms(*row.target_ms),
                                         row.unsure.empty() ? "" : ": ", row.unsure));
    }
  }
  if (judged == 0) {
    Finding finding = std::move(examination).finish("");
    finding.verdict = Verdict::not_applicable;
    finding.summary = joined.run.targets.rto_ms.empty() ? "no target for recovery time"
                                                        : "no disruptive fault to recover from";
    return finding;
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} recoveries within target", judged)
          : fmt::format("{} of {} recoveries beyond target", examination.violations(), judged);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
