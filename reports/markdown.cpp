// report.md: a run as the summary of a pull request or merge request. The verdict, recovery and
// loss against their targets, what is not green, the money, and what the run does not show.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/units.hpp"
#include "reports/report.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

using text::mark_of;
using text::markdown;
using text::ms_or_dash;

constexpr size_t witnesses_shown = 3;

void write_title(std::ostream& out, const Report& report, const std::string& run_dir) {
  const Run& run = *report.run;
  out << fmt::format("### {} {}, {}: {}\n\n", mark_of(report.met ? Verdict::pass : Verdict::fail),
                     text::upper(name_of(report.verdict)),
                     report.met ? "as expected" : "not as expected", markdown(run.scenario));
  if (!run.title.empty()) out << markdown(run.title) << "\n\n";
  out << fmt::format("expected {} · stack {} · seed {} · exit {} · run folder `{}`\n",
                     markdown(expectation_of(run)), markdown(run.stack), run.seed,
                     static_cast<int>(exit_code_of(report)), run_dir);
}

void write_faults(std::ostream& out, const Run& run) {
  if (!run.faults.empty()) out << "\n";
  for (const FaultRecord& fault : run.faults) {
    out << fmt::format("- {} fault `{}` ({}) on {}: effective {}, healed {}{}\n",
                       mark_of(verdict_of(fault)), fault.id, fault.fault, markdown(fault.target),
                       ms_or_dash(fault.effective_ms), ms_or_dash(fault.healed_ms),
                       fault.error.empty() ? "" : "; " + markdown(fault.error));
  }
}

void write_runbook(std::ostream& out, const Run& run) {
  if (run.runbook.empty()) return;
  out << "\n| step | executor | approved by | waited | took | deadline | outcome |\n"
         "|---|---|---|--:|--:|--:|---|\n";
  for (const StepRecord& step : run.runbook) {
    std::string people;
    for (const ApprovalRecord& approval : step.approvals)
      people += fmt::format("{}{}{}", people.empty() ? "" : ", ", approval.person,
                            approval.test_key ? " (test key)" : "");
    const std::string why = step.error.empty() ? "" : ": " + step.error;
    out << fmt::format("| {} {} | {} | {} | {} | {} | {} | {} |\n", mark_of(verdict_of(step)),
                       markdown(step.step), markdown(step.executor), markdown(people),
                       ms_or_dash(waited_ms(step)), ms_or_dash(took_ms(step)),
                       format_ms(static_cast<double>(step.deadline_ms)),
                       markdown(step.outcome + why));
  }
}

// Operations with a target or an outage; the others had nothing to say.
void write_recovery(std::ostream& out, const Report& report) {
  std::string rows;
  for (const RtoRow& row : report.rto) {
    if (!row.target_ms && row.outages == 0) continue;
    rows += fmt::format("| {} {} | {} | {} | {} |\n", mark_of(row.verdict), markdown(row.operation),
                        markdown(row.fault), ms_or_dash(row.target_ms), text::measured_text(row));
  }
  if (rows.empty()) return;
  out << "\n| recovery | after | target | outage |\n|---|---|--:|--:|\n" << rows;
}

void write_loss(std::ostream& out, const Report& report) {
  if (report.rpo.empty()) return;
  out << "\n| loss | target | lag | lost | holes | span | money |\n"
         "|---|--:|--:|--:|--:|--:|--:|\n";
  for (const RpoRow& row : report.rpo) {
    out << fmt::format("| {} {} | {} | {} | {} | {} | {} | {} |\n", mark_of(row.verdict),
                       markdown(row.store), ms_or_dash(row.target_ms),
                       ms_or_dash(row.lag_at_fault_ms),
                       row.lost_count ? std::to_string(*row.lost_count) : "–",
                       row.lost_count ? std::to_string(row.holes) : "–", ms_or_dash(row.lost_ms),
                       markdown(text::lost_money_text(row)));
  }
}

void write_levels(std::ostream& out, const Report& report) {
  if (report.slo.empty()) return;
  out << "\n| service level | phase | target | measured |\n|---|---|--:|--:|\n";
  for (const SloRow& row : report.slo) {
    out << fmt::format("| {} {} | {} | {} | {} |\n", mark_of(row.verdict), markdown(row.name),
                       markdown(row.phase), slo_text(row.name, row.target),
                       row.measured ? slo_text(row.name, *row.measured) : "–");
  }
}

void write_revenue(std::ostream& out, const Report& report) {
  if (report.pnl.empty()) return;
  std::string header = "| gross gaming revenue |", rule = "|---|";
  for (const PnlRow& row : report.pnl) {
    header += " " + markdown(row.currency) + " |";
    rule += "--:|";
  }
  out << "\n" << header << "\n" << rule << "\n";
  for (const text::PnlSource& source : text::pnl_sources()) {
    out << "| " << source.name << " |";
    for (const PnlRow& row : report.pnl) {
      const std::optional<Int128>& minor = row.*source.member;
      out << " " << (minor ? format_minor(*minor, row.exponent) : "–") << " |";
    }
    out << "\n";
  }
}

void write_demand(std::ostream& out, const Report& report) {
  if (report.demand.empty()) return;
  out << "\n| demand | attempts an operation | retries | sent again | roles moved | nodes gone | "
         "queue |\n|---|--:|--:|--:|--:|--:|--:|\n";
  for (const DemandPhase& phase : report.demand)
    out << fmt::format(
        "| {} | {} | {} | {} | {} | {} | {} |\n", phase.phase,
        phase.attempts_per_operation ? fmt::format("{:.2f}", *phase.attempts_per_operation) : "–",
        phase.retries, phase.sent_again ? std::to_string(*phase.sent_again) : "–",
        phase.roles_moved, phase.nodes_gone,
        phase.queue ? fmt::format("{:.0f}", *phase.queue) : "–");
}

void write_red_check(std::ostream& out, const Run& run, const Finding& check) {
  const Standing standing = standing_of(run, check);
  const bool canary = !run.expect_fail.empty();
  const std::string_view aside = !canary                             ? ""
                                 : standing == Standing::as_expected ? " (red, as it must be)"
                                 : standing == Standing::aside       ? " (red as well)"
                                                                     : "";
  out << fmt::format("- {} `{}`{}: {}\n", mark_of(check.verdict), check.check, aside,
                     markdown(check.summary));
  const size_t shown = std::min(check.witnesses.size(), witnesses_shown);
  for (size_t i = 0; i < shown; ++i) out << "  - " << markdown(check.witnesses[i]) << "\n";
  const auto more = check.violations - static_cast<int64_t>(shown);
  if (more > 0 && shown > 0) out << fmt::format("  - and {} more\n", more);
}

void write_checks(std::ostream& out, const Report& report) {
  std::vector<std::string> green, unproven;
  const Run& run = *report.run;
  out << "\n**Checks**\n\n";
  for (const Finding& check : report.checks) {
    const bool must_be_red = standing_of(run, check) == Standing::wrong;
    if (check.verdict == Verdict::pass && must_be_red) {
      out << fmt::format("- {} `{}`: green, so the canary shows nothing: it must be red\n",
                         mark_of(Verdict::fail), check.check);
    } else if (check.verdict == Verdict::pass && !check.not_exercised.empty()) {
      unproven.push_back(fmt::format("`{}` ({})", check.check, markdown(check.not_exercised)));
    } else if (check.verdict == Verdict::pass) {
      green.push_back(fmt::format("`{}` ({})", check.check, check.examined));
    } else if (check.verdict != Verdict::not_applicable) {
      write_red_check(out, run, check);
    }
  }
  if (!green.empty())
    out << fmt::format("- {} {}\n", mark_of(Verdict::pass), fmt::join(green, ", "));
  if (!unproven.empty())
    out << fmt::format("- green, but not exercised: {}\n", fmt::join(unproven, ", "));
}

void write_findings(std::ostream& out, const Report& report) {
  std::string lines;
  for (const ReportFinding& finding : report.findings) {
    if (!finding.check.empty() && finding.severity != "note") continue;  // with its check above
    lines += fmt::format("- {}: {}\n", finding.severity, markdown(finding.text));
  }
  if (!lines.empty()) out << "\n**Findings**\n\n" << lines;
}

}  // namespace

void write_markdown(std::ostream& out, const Report& report, const std::string& run_dir) {
  write_title(out, report, run_dir);
  write_faults(out, *report.run);
  write_runbook(out, *report.run);
  write_recovery(out, report);
  write_loss(out, report);
  write_levels(out, report);
  write_checks(out, report);
  write_revenue(out, report);
  write_demand(out, report);
  write_findings(out, report);
  if (report.limits.empty()) return;
  out << "\n<details><summary>What this run does not show</summary>\n\n";
  for (const std::string& limit : report.limits) out << "- " << markdown(limit) << "\n";
  out << "\n</details>\n";
}

}  // namespace rehearse
