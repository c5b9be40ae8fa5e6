// Proves that service levels were kept before the first fault, while it lasted and after everything
// had come back, as clients felt them (measures.hpp says how phases and figures are measured).
// From: client history, fault records, targets.
// Cannot see: kinds that nobody tried in a phase: those are inconclusive.
#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"

namespace rehearse {

Finding examine_slo(const Joined& joined) {
  Examination examination("slo");
  const auto rows = measure_slo(joined, measure_rto(joined));
  for (const SloRow& row : rows) {
    examination.examined(row.attempts);
    const std::string target = slo_text(row.name, row.target);
    if (row.verdict == Verdict::fail) {
      examination.violation("{} {} the fault: {}, target {} ({})", row.name, row.phase,
                            row.measured ? slo_text(row.name, *row.measured)
                                         : std::string("so many got no answer that there is none"),
                            target, counted(row.attempts, "operation"));
    } else if (row.verdict != Verdict::pass) {
      examination.cannot_say(fmt::format("{} {} the fault: nothing to measure, target {}", row.name,
                                         row.phase, target));
    }
  }
  if (rows.empty()) {
    Finding finding = std::move(examination).finish("");
    finding.verdict = Verdict::not_applicable;
    finding.summary = "no target for service levels";
    return finding;
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} service levels within target", rows.size())
          : fmt::format("{} of {} service levels missed", examination.violations(), rows.size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
