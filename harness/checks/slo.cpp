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
  const auto rows = measure_slo(joined, joined.rto);
  int64_t judged = 0;
  for (const SloRow& row : rows) {
    if (row.verdict == Verdict::not_applicable) continue;
    ++judged;
    examination.examined(row.attempts);
    const auto text = [&row](const std::optional<double>& value) {
      return value ? slo_text(row.name, *value) : std::string("no bound");
    };
    const std::string figure =
        row.measured ? text(row.measured) : std::string("so many got no answer that there is none");
    if (row.verdict == Verdict::fail)
      examination.violation("{} {} the fault: {}, target {} ({})", row.name, row.phase, figure,
                            text(row.target), counted(row.attempts, "operation"));
    else if (row.verdict == Verdict::inconclusive && row.attempts == 0)
      examination.cannot_say(fmt::format("{} {} the fault: nothing to measure, target {}", row.name,
                                         row.phase, text(row.target)));
    else if (row.verdict == Verdict::inconclusive)
      examination.cannot_say(fmt::format("{} {} the fault: {} (surely {} to {}), target {}: {}",
                                         row.name, row.phase, figure, text(row.at_least),
                                         text(row.at_most), text(row.target), row.unsure));
  }
  if (judged == 0) {
    Finding finding = std::move(examination).finish("");
    finding.verdict = Verdict::not_applicable;
    finding.summary =
        rows.empty() ? "no target for service levels" : "too few operations for any service level";
    return finding;
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} service levels within target", judged)
          : fmt::format("{} of {} service levels missed", examination.violations(), judged);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
