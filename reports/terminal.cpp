// The end of a run for people: the verdict first, then what broke, how long it took to come back,
// what it cost, what was checked, and what the run does not show. Colours only when asked for.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/units.hpp"
#include "reports/report.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

using namespace text;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" \n\t\r"), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

class Page {
 public:
  Page(std::ostream& out, bool color, int columns)
      : out_(out), color_(color), columns_(static_cast<size_t>(std::max(columns, 80))) {}

  size_t columns() const { return columns_; }
  std::string ink(std::string text, Ink ink) const { return inked(std::move(text), ink, color_); }
  void line(const std::string& text = "") const {
    const size_t end = text.find_last_not_of(' ');
    out_ << (end == std::string::npos ? "" : text.substr(0, end + 1)) << '\n';
  }
  // `head` opens the first line; the text is wrapped and hangs `indent` columns in.
  void paragraph(const std::string& head, size_t indent, std::string_view text,
                 Ink color = Ink::plain) const {
    std::string current;
    std::string prefix = head;
    const size_t room = columns_ - indent;
    const auto flush = [&] {
      line(prefix + ink(current, color));
      prefix = std::string(indent, ' ');
      current.clear();
    };
    for (const std::string& word : words_of(text)) {
      if (!current.empty() && width_of(current) + 1 + width_of(word) > room) flush();
      current += (current.empty() ? "" : " ") + word;
    }
    flush();
  }
  void section(const std::string& title, const std::string& rest = "") const {
    line();
    line(ink(title, Ink::bold) + rest);
  }

 private:
  std::ostream& out_;
  bool color_;
  size_t columns_;
};

std::string mark_of(const Page& page, Verdict verdict) {
  return page.ink(std::string(text::mark_of(verdict)), ink_of(verdict));
}

void write_head(const Page& page, const Report& report) {
  const Run& run = *report.run;
  const std::string verdict = upper(name_of(report.verdict));
  const std::string title = run.title.empty() ? "" : " · " + run.title;
  const size_t room = page.columns() - width_of(verdict) - 2;
  page.line(page.ink(verdict, ink_of(report.verdict)) + "  " +
            page.ink(cut(run.scenario + title, room), Ink::bold));
  const std::string met = report.met ? "as expected" : "not as expected";
  page.line(page.ink(cut(fmt::format("{} ({}) · stack {} · seed {} · {}", met, expectation_of(run),
                                     run.stack, run.seed, run.id),
                         page.columns()),
                     Ink::dim));
  for (const std::string& trouble : report.troubles) {
    page.paragraph(page.ink("! ", Ink::yellow), 2, trouble);
  }
}

void write_faults(const Page& page, const Run& run) {
  size_t id_width = 6;
  for (const FaultRecord& fault : run.faults) {
    id_width = std::max(id_width, width_of(fault.id) + 1 + width_of(fault.fault));
  }
  id_width = std::min<size_t>(id_width, page.columns() - 46);
  page.section(
      left("FAULTS", id_width + 4),
      page.ink(right("injected", 9) + right("effective", 11) + right("healed", 9), Ink::dim));
  if (run.faults.empty()) page.line("  none");
  for (const FaultRecord& fault : run.faults) {
    const std::string name = cut(fault.id + " " + fault.fault, id_width);
    const std::string target = cut(fault.target, page.columns() - id_width - 35);
    page.line(fmt::format("  {} {}{}{}{}  {}", mark_of(page, verdict_of(fault)),
                          left(name, id_width), right(ms_or_dash(fault.injected_ms), 9),
                          right(ms_or_dash(fault.effective_ms), 11),
                          right(ms_or_dash(fault.healed_ms), 9), page.ink(target, Ink::dim)));
    if (!fault.error.empty()) page.paragraph("      ", 6, fault.error, Ink::red);
  }
}

void write_runbook(const Page& page, const Run& run) {
  if (run.runbook.empty()) return;
  constexpr size_t width = 28;
  page.section(left("RUNBOOK", width + 4), page.ink(right("begun", 9) + right("took", 9) +
                                                        right("deadline", 10) + right("waited", 9),
                                                    Ink::dim));
  for (const StepRecord& step : run.runbook) {
    const Verdict verdict = verdict_of(step);
    page.line(fmt::format("  {} {}{}{}{}{}  {}", mark_of(page, verdict),
                          left(cut(step.step, width), width), right(ms_or_dash(step.begun_ms), 9),
                          right(ms_or_dash(took_ms(step)), 9),
                          right(format_ms(static_cast<double>(step.deadline_ms)), 10),
                          right(ms_or_dash(waited_ms(step)), 9),
                          page.ink(cut(step.outcome, page.columns() - width - 43), Ink::dim)));
    std::string people = step.executor;
    for (const ApprovalRecord& approval : step.approvals)
      people += fmt::format(" · approved by {}{}", approval.person,
                            approval.test_key ? " (test key)" : "");
    page.paragraph("      ", 6, people, Ink::dim);
    if (!step.error.empty()) page.paragraph("      ", 6, step.error, ink_of(verdict));
    if (!step.undone.empty()) page.paragraph("      ", 6, "undone " + step.undone, Ink::dim);
    for (const std::string& refused : step.refused)
      page.paragraph("      · ", 8, refused, Ink::yellow);
  }
}

void write_rto(const Page& page, const Report& report) {
  std::vector<std::string> faults;
  for (const RtoRow& row : report.rto) {
    if (std::ranges::find(faults, row.fault) == faults.end()) faults.push_back(row.fault);
  }
  const bool wide = page.columns() >= 100;
  for (const std::string& fault : faults) {
    std::string header = right("target", 9) + right("outage", 11) + right("detect", 9) +
                         right("elect", 9) + right("promote", 9) + right("reconnect", 11);
    if (wide) header += right("drained at", 12);
    const std::string title = fmt::format("RECOVERY  {}", cut("after " + fault, 10));
    page.section(left(title, 22), page.ink(header, Ink::dim));
    std::optional<double> within_ms;
    for (const RtoRow& row : report.rto) {
      if (row.fault != fault) continue;
      within_ms = std::max(within_ms, row.marks_to_within_ms);
      std::string text = right(row.target_ms ? format_ms(*row.target_ms) : "–", 9) +
                         page.ink(right(measured_text(row), 11),
                                  row.verdict == Verdict::pass ? Ink::plain : ink_of(row.verdict)) +
                         right(ms_or_dash(row.detect_ms), 9) + right(ms_or_dash(row.elect_ms), 9) +
                         right(ms_or_dash(row.promote_ms), 9) +
                         right(ms_or_dash(row.reconnect_ms), 11);
      if (wide) text += right(ms_or_dash(row.drained_ms), 12);
      page.line(
          fmt::format("  {} {}{}", mark_of(page, row.verdict), left(row.operation, 18), text));
    }
    if (within_ms)
      page.line(page.ink(
          "    detect, elect and promote are known to within " + format_ms(*within_ms), Ink::dim));
  }
  if (faults.empty()) {
    page.section("RECOVERY");
    page.line("  no disruptive fault to recover from");
  }
}

void write_rpo(const Page& page, const Report& report) {
  page.section(left("LOSS", 22), page.ink(right("target", 9) + right("lag", 9) + right("lost", 7) +
                                              right("holes", 7) + right("span", 9) + "  money",
                                          Ink::dim));
  for (const RpoRow& row : report.rpo) {
    page.line(fmt::format("  {} {}{}{}{}{}{}  {}", mark_of(page, row.verdict), left(row.store, 18),
                          right(ms_or_dash(row.target_ms), 9),
                          right(ms_or_dash(row.lag_at_fault_ms), 9),
                          right(row.lost_count ? std::to_string(*row.lost_count) : "–", 7),
                          right(row.lost_count ? std::to_string(row.holes) : "–", 7),
                          right(ms_or_dash(row.lost_ms), 9), lost_money_text(row)));
  }
}

void write_slo(const Page& page, const Report& report) {
  if (report.slo.empty()) return;
  page.section(
      left("SERVICE LEVELS", 39),
      page.ink(right("target", 9) + right("measured", 11) + right("operations", 12), Ink::dim));
  for (const SloRow& row : report.slo) {
    const std::string measured = row.measured ? slo_text(row.name, *row.measured) : "–";
    page.line(fmt::format("  {} {}{}{}{}", mark_of(page, row.verdict),
                          left(cut(fmt::format("{:<6}  {}", row.phase, row.name), 34), 35),
                          right(slo_text(row.name, row.target), 9),
                          page.ink(right(measured, 11),
                                   row.verdict == Verdict::pass ? Ink::plain : ink_of(row.verdict)),
                          right(std::to_string(row.attempts), 12)));
  }
}

void write_pnl(const Page& page, const Report& report) {
  if (report.pnl.empty()) return;
  std::string header;
  for (const PnlRow& row : report.pnl) header += right(row.currency, 18);
  page.section(left("GROSS GAMING REVENUE", 28), page.ink(header, Ink::dim));
  for (const PnlSource& source : pnl_sources()) {
    std::string text;
    for (const PnlRow& row : report.pnl) {
      const std::optional<Int128>& minor = row.*source.member;
      text += right(minor ? format_minor(*minor, row.exponent) : "–", 18);
    }
    page.line("    " + left(std::string(source.name), 24) + text);
  }
}

// On a wide page a check's summary stands beside it; on a narrow one only what is not green has
// one, below it.
void write_checks(const Page& page, const Report& report) {
  constexpr size_t name_width = 22, count_width = 10, indent = 4 + name_width + 2 * count_width + 3;
  const bool wide = page.columns() >= 110;
  page.section(left("CHECKS", name_width + 4),
               page.ink(right("examined", count_width) + right("wrong", count_width), Ink::dim));
  for (const Finding& check : report.checks) {
    const bool ran = check.verdict != Verdict::not_applicable;
    const bool calm = check.verdict == Verdict::pass || !ran;
    const std::string head = fmt::format(
        "  {} {}{}{}", mark_of(page, check.verdict), left(cut(check.check, name_width), name_width),
        right(ran ? std::to_string(check.examined) : "–", count_width),
        right(ran ? std::to_string(check.violations) : "–", count_width));
    const std::string aside =
        check.not_exercised.empty() ? "" : "not exercised: " + check.not_exercised + "; ";
    if (wide) {
      page.paragraph(head + "   ", indent, aside + check.summary,
                     calm ? Ink::dim : ink_of(check.verdict));
    } else {
      page.line(head + (aside.empty() ? "" : "   " + page.ink("not exercised", Ink::dim)));
      if (!calm) page.paragraph("      ", 6, check.summary, ink_of(check.verdict));
    }
    if (calm) continue;
    for (const std::string& witness : check.witnesses) page.paragraph("      · ", 8, witness);
    const auto shown = static_cast<int64_t>(check.witnesses.size());
    if (check.violations > shown) {
      page.line(fmt::format("      · and {} more", check.violations - shown));
    }
  }
}

void write_counts(const Page& page, const Report& report) {
  const CheckCounts counts = counts_of(report);
  page.line();
  page.paragraph("    ", 4,
                 fmt::format("{} passed · {} passed with nothing at stake · {} failed · {} "
                             "inconclusive · {} not applicable",
                             counts.pass, counts.not_exercised, counts.fail, counts.inconclusive,
                             counts.not_applicable));
}

void write_machine(const Page& page, const Report& report) {
  if (report.machine.empty()) return;
  page.section(left("MACHINE", 22), page.ink(right("idle", 9) + right("pressure", 11) +
                                                 right("stolen", 9) + right("late", 9),
                                             Ink::dim));
  const auto share = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.0f}%", *value * 100) : std::string("–");
  };
  for (const auto& [phase, state] : report.machine)
    page.line("    " + left(phase, 18) + right(share(state.idle), 9) +
              right(share(state.pressure), 11) + right(share(state.stolen), 9) +
              right(format_ms(state.late_ms), 9));
}

void write_demand(const Page& page, const Report& report) {
  if (report.demand.empty()) return;
  page.section(left("DEMAND", 22),
               page.ink(right("tries/op", 9) + right("retries", 9) + right("sent again", 12) +
                            right("roles", 7) + right("gone", 6) + right("queue", 8),
                        Ink::dim));
  for (const DemandPhase& phase : report.demand)
    page.line(
        "    " + left(phase.phase, 18) +
        right(phase.attempts_per_operation ? fmt::format("{:.2f}", *phase.attempts_per_operation)
                                           : "–",
              9) +
        right(std::to_string(phase.retries), 9) +
        right(phase.sent_again ? std::to_string(*phase.sent_again) : "–", 12) +
        right(std::to_string(phase.roles_moved), 7) + right(std::to_string(phase.nodes_gone), 6) +
        right(phase.queue ? fmt::format("{:.0f}", *phase.queue) : "–", 8));
}

void write_load(const Page& page, const LoadStats& load) {
  page.section("LOAD");
  std::string text =
      fmt::format("{} of {} arrivals sent · {} ok · {} rejected · {} failed · {} unanswered",
                  load.sent, load.scheduled, load.ok, load.rejected, load.failed, load.unknown);
  if (load.lateness_p99_us)
    text += fmt::format(" · late p99 {:.1f} ms", *load.lateness_p99_us / 1000);
  page.paragraph("    ", 4, text);
  page.section(left("LATENCY", 22), page.ink(right("ok", 9) + right("p50", 9) + right("p95", 9) +
                                                 right("p99", 9) + right("max ms", 11),
                                             Ink::dim));
  const auto ms = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.1f}", *value) : std::string("–");
  };
  for (const OperationStats& stats : load.operations) {
    page.line("    " + left(stats.operation, 18) + right(std::to_string(stats.ok), 9) +
              right(ms(stats.p50_ms), 9) + right(ms(stats.p95_ms), 9) + right(ms(stats.p99_ms), 9) +
              right(ms(stats.max_ms), 11));
  }
}

// What decided against the run, once more and last: a log that keeps only its end still says it.
void write_why(const Page& page, const Report& report) {
  const std::vector<std::string> reasons = text::reasons_against(report);
  if (!reasons.empty()) page.section("WHY");
  for (const std::string& reason : reasons) page.paragraph("  · ", 4, reason, Ink::red);
}

void write_tail(const Page& page, const Report& report) {
  const auto shown_above = [](const ReportFinding& finding) {  // with its check
    return !finding.check.empty() && finding.severity != "note";
  };
  if (!std::ranges::all_of(report.findings, shown_above)) page.section("NOTES");
  for (const ReportFinding& finding : report.findings) {
    if (shown_above(finding)) continue;
    const Ink ink = finding.severity == "critical" || finding.severity == "major" ? Ink::red
                    : finding.severity == "minor"                                 ? Ink::yellow
                                                                                  : Ink::plain;
    const std::string check = finding.check.empty() ? "" : finding.check + ": ";
    page.paragraph("  " + page.ink(left(finding.severity, 10), ink), 12, check + finding.text);
  }
  if (!report.limits.empty()) page.section("WHAT THIS RUN DOES NOT SHOW");
  for (const std::string& limit : report.limits) page.paragraph("  · ", 4, limit, Ink::dim);
  write_why(page, report);
  page.line();
  switch (exit_code_of(report)) {
    case ExitCode::expected:
      return page.line(page.ink("exit 0: as the scenario expects", Ink::green));
    case ExitCode::failed:
      return page.line(page.ink(report.verdict == Verdict::fail
                                    ? "exit 1: a check or a target failed"
                                    : "exit 1: a check that must be red is not",
                                Ink::red));
    case ExitCode::interrupted:
      return page.line(page.ink("exit 130: interrupted; this is what there is", Ink::yellow));
    default:
      return page.line(page.ink("exit 2: inconclusive; nothing above counts as proven until it is",
                                Ink::yellow));
  }
}

}  // namespace

void write_terminal(std::ostream& out, const Report& report, bool color, int columns) {
  const Page page(out, color, columns);
  write_head(page, report);
  write_faults(page, *report.run);
  write_runbook(page, *report.run);
  const bool on_stack = !report.run->table_top;
  if (on_stack) {
    write_rto(page, report);
    write_rpo(page, report);
    write_slo(page, report);
    write_pnl(page, report);
  }
  write_checks(page, report);
  write_counts(page, report);
  if (on_stack) {
    write_load(page, report.load);
    write_machine(page, report);
    write_demand(page, report);
  }
  write_tail(page, report);
}

}  // namespace rehearse
