#include "checks/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/units.hpp"
#include "checks/joined.hpp"
#include "checks/sanity.hpp"

namespace rehearse {
namespace {

constexpr double steady_failed_share_max = 0.01;
constexpr double lateness_p99_us_max = 2000;
constexpr double processors_idle_min = 0.1;

const Finding* find_check(const Report& report, std::string_view name) {
  const auto found = std::ranges::find(report.checks, name, &Finding::check);
  return found == report.checks.end() ? nullptr : &*found;
}

// Money lost, doubled or in doubt is critical; the rest is major.
std::string_view severity_of(std::string_view check) {
  constexpr std::string_view major[] = {"rto", "healed",       "faults_effective",
                                        "slo", "alerts_fired", "runbook_followed"};
  return std::ranges::find(major, check) != std::end(major) ? "major" : "critical";
}

struct Steady {
  int64_t attempts = 0, failed = 0;
};
Steady steady_attempts(const Run& run) {
  Steady steady;
  for (const Attempt& attempt : run.history.attempts) {
    if (!in_steady_phase(run, attempt)) continue;
    ++steady.attempts;
    const bool answered = attempt.outcome == Outcome::ok || attempt.outcome == Outcome::rejected;
    if (!answered) ++steady.failed;
  }
  return steady;
}

std::vector<std::string> find_troubles(const Run& run) {
  std::vector<std::string> troubles = run.troubles;
  if (run.interrupted) troubles.emplace_back("the run was interrupted");
  if (run.table_top) return troubles;  // nothing else was there to go wrong
  if (run.books.ledger_entries && run.checks.empty() && !run.capabilities.contains("ledger"))
    troubles.emplace_back(
        "its books have a ledger, and its capabilities do not: none was examined");
  if (run.history.zero_ns == 0) {
    troubles.emplace_back("the steady phase did not end: t = 0 was never reached");
    return troubles;
  }
  const Steady steady = steady_attempts(run);
  if (steady.attempts == 0) {
    troubles.emplace_back("steady was not steady: it has no attempts to compare with");
  } else if (static_cast<double>(steady.failed) >
             steady_failed_share_max * static_cast<double>(steady.attempts)) {
    troubles.push_back(fmt::format("steady was not steady: {} of {} attempts failed before a fault",
                                   steady.failed, steady.attempts));
  }
  if (run.observe_deadline_missed) {
    troubles.emplace_back("the observation's deadline passed before everything had recovered");
  }
  if (!run.drained_ms) {
    troubles.emplace_back("the drain's deadline passed before every operation had ended");
  }
  return troubles;
}

// What a fault's own check says already needs no second word. That one may be left out of `checks`,
// and a canary looks at no failure that it does not name: a fault that had no effect or was not
// healed is never a pass in either.
void add_fault_troubles(Report& report, const Run& run) {
  for (const FaultRecord& fault : run.faults) {
    const Verdict verdict = verdict_of(fault);
    if (verdict == Verdict::pass) continue;
    const bool unhealed = verdict == Verdict::fail;
    const bool told = find_check(report, unhealed ? "healed" : "faults_effective") != nullptr;
    if (told && !(unhealed && !run.expect_fail.empty())) continue;
    report.troubles.push_back(fmt::format("{} {} on {}: {}", fault.id, fault.fault,
                                          fault.target.empty() ? "nothing" : fault.target,
                                          fault_trouble(fault)));
  }
}

void note(Report& report, std::string text, std::string check = "") {
  report.findings.push_back({"note", std::move(text), std::move(check)});
}

void add_findings(Report& report, const Run& run) {
  for (const Finding& check : report.checks) {
    if (check.verdict == Verdict::fail) {
      std::string text = check.summary;
      if (!check.witnesses.empty()) text += "; first: " + check.witnesses.front();
      report.findings.push_back({std::string(severity_of(check.check)), text, check.check});
    } else if (check.verdict == Verdict::inconclusive) {
      report.findings.push_back({"minor", "it cannot be said: " + check.summary, check.check});
    }
  }
  for (const std::string& trouble : report.troubles) {
    report.findings.push_back({"minor", trouble, ""});
  }
  if (run.load.not_sent > 0) {
    note(report, fmt::format("{} of {} arrivals were not sent: the generator's bounds were reached",
                             run.load.not_sent, run.load.scheduled));
  }
  if (report.load.lateness_p99_us.value_or(0) > lateness_p99_us_max) {
    note(report, fmt::format("the generator was late: p99 {:.1f} ms after the intended send",
                             *report.load.lateness_p99_us / 1000));
  }
  const auto steady = machine_between(run, run.steady_from_ms, 0);
  const double idle = steady && steady->idle ? *steady->idle : 1;
  if (idle < processors_idle_min) {
    note(report, fmt::format("the machine's processors were idle for {:.0f}% of the steady phase: "
                             "times tell of the machine, too; more cores or a lower --rate help",
                             idle * 100));
  }
  if (report.load.unknown > 0 && report.load.sent > 0) {
    note(report, fmt::format("{} of {} operations ({:.2f}%) got no answer; the books decide them",
                             report.load.unknown, report.load.sent,
                             100.0 * static_cast<double>(report.load.unknown) /
                                 static_cast<double>(report.load.sent)));
  }
  for (const RtoRow& row : report.rto) {
    if (row.outages < 2) continue;
    note(report,
         fmt::format("{} after {} flapped: {} outages, {} in all; the longest counts",
                     row.operation, row.fault, row.outages, format_ms(row.down_total_ms)),
         "rto");
  }
}

// Where the machine had room, nothing but the platform can have kept it busy.
void add_demand(Report& report, const Joined& joined) {
  const auto stays = demand_stays(joined);
  if (!stays) return;
  if (stays->machine_had_room)
    report.findings.push_back({"major", "overload that feeds itself: " + stays->text, ""});
  else
    note(report, "the machine had no room, so it cannot be told from the platform: " + stays->text);
}

// What the load could not show, for want of operations.
void add_unjudged(std::vector<std::string>& limits, const Report& report) {
  for (const SloRow& row : report.slo)
    if (row.verdict == Verdict::not_applicable && !row.unsure.empty())
      limits.push_back(
          fmt::format("Not judged: {} {} the fault: {}.", row.name, row.phase, row.unsure));
  for (const RtoRow& row : report.rto)
    if (row.verdict == Verdict::not_applicable && !row.unsure.empty())
      limits.push_back(
          fmt::format("Not judged: {} after {}: {}.", row.operation, row.fault, row.unsure));
}

// What machines signed for shows nothing of people.
void add_unsigned(std::vector<std::string>& limits, const Run& run) {
  std::string steps;
  for (const StepRecord& step : run.runbook)
    if (std::ranges::any_of(step.approvals, &ApprovalRecord::test_key))
      steps += (steps.empty() ? "" : ", ") + step.step;
  if (!steps.empty())
    limits.push_back(
        fmt::format("Approved by test keys, which everybody has, and by no people: {}; "
                    "how long people take to decide does not show.",
                    steps));
}

void add_limits(Report& report, const Run& run) {
  auto& limits = report.limits;
  if (run.table_top) {
    limits.emplace_back(
        "At a table top: no stack, no load, no faults. It shows whether people know what to do and "
        "how long they take, and nothing of what the platform does.");
    return add_unsigned(limits, run);
  }
  limits.emplace_back(
      "One host: zones are containers on one machine, so power, cooling, disks, clocks and the "
      "kernel are shared, and distances are those of the network emulation.");
  limits.emplace_back(
      "Times are of one monotonic clock on that host, as clients felt them; clocks of people "
      "(request to verified) and of restores were not measured.");
  limits.push_back(fmt::format(
      "One load, one seed ({}): failures that need other traffic or data do not show.", run.seed));
  for (const auto& [part, without] : run.left_out) {
    limits.push_back(
        fmt::format("Not raised: the part {}{}{}.", part, without.empty() ? "" : ": ", without));
  }
  if (!run.not_played.empty()) {
    limits.push_back(fmt::format("Not played, since the stack has no way to it: {}.",
                                 fmt::join(run.not_played, ", ")));
  }
  std::map<std::string, std::string> by_reason;  // checks that say the same share a line
  for (const Finding& check : report.checks) {
    if (check.verdict != Verdict::not_applicable) continue;
    std::string& names = by_reason[check.summary];
    names += (names.empty() ? "" : ", ") + check.check;
  }
  for (const auto& [reason, names] : by_reason) {
    limits.push_back(fmt::format("Not checked: {} ({}).", names, reason));
  }
  if (!run.checks.empty() && run.checks.size() < all_checks().size()) {
    limits.push_back(fmt::format("The scenario asks for {} of {} checks.", run.checks.size(),
                                 all_checks().size()));
  }
  if (!run.capabilities.contains("regions")) {
    limits.emplace_back("One region: loss of a region and failover between regions do not show.");
  }
  std::string without_baseline;
  for (const RtoRow& row : report.rto) {
    if (row.baseline || without_baseline.find(row.operation) != std::string::npos) continue;
    without_baseline += (without_baseline.empty() ? "" : ", ") + row.operation;
  }
  if (!without_baseline.empty()) {
    limits.push_back(fmt::format(
        "No attempts in the steady phase, so recovery is judged by success alone, not by latency: "
        "{}.",
        without_baseline));
  }
  add_unjudged(limits, report);
  add_unsigned(limits, run);
  for (const RpoRow& row : report.rpo) {
    if (row.store == "ledger" || row.lag_at_fault_ms || !row.lost_count) continue;
    limits.push_back(fmt::format(
        "The lag of {} at the fault was not measured; what was missing after the drain was.",
        row.store));
  }
}

bool is_met(const Report& report, const Run& run) {
  if (run.expect_fail.empty()) return report.verdict == Verdict::pass;
  const bool unsure =
      !report.troubles.empty() || std::ranges::any_of(report.checks, [](const Finding& check) {
        return check.verdict == Verdict::inconclusive;
      });
  return !unsure && std::ranges::all_of(run.expect_fail, [&](const std::string& name) {
    const Finding* check = find_check(report, name);
    return check != nullptr && check->verdict == Verdict::fail;
  });
}

}  // namespace

CheckCounts counts_of(const Report& report) {
  CheckCounts counts;
  for (const Finding& check : report.checks) {
    switch (check.verdict) {
      case Verdict::pass:
        ++(check.not_exercised.empty() ? counts.pass : counts.not_exercised);
        break;
      case Verdict::fail:
        ++counts.fail;
        break;
      case Verdict::inconclusive:
        ++counts.inconclusive;
        break;
      case Verdict::not_applicable:
        ++counts.not_applicable;
        break;
    }
  }
  return counts;
}

Verdict verdict_of(const FaultRecord& fault) {
  if (fault.injected_ms && fault.heal_expected && !fault.healed_ms) return Verdict::fail;
  const bool effective = fault.error.empty() && fault.injected_ms && fault.effective_ms;
  return effective && !fault.evidence.empty() ? Verdict::pass : Verdict::inconclusive;
}

Verdict verdict_of(const StepRecord& step) {
  if (step.outcome == "done") return Verdict::pass;
  constexpr std::string_view never_tried[] = {"interrupted", "unready", "not_begun"};
  const bool tried = std::ranges::find(never_tried, step.outcome) == std::end(never_tried);
  return tried ? Verdict::fail : Verdict::inconclusive;
}

std::string fault_trouble(const FaultRecord& fault) {
  if (!fault.error.empty()) return fault.error;
  if (verdict_of(fault) == Verdict::fail) return "it was not healed";
  if (!fault.injected_ms) return "it was never injected";
  if (!fault.effective_ms) return "it did not take effect";
  return fault.evidence.empty() ? "there is no evidence of its effect" : "";
}

std::string expectation_of(const Run& run) {
  if (!run.expect_text.empty()) return run.expect_text;
  if (run.expect_fail.empty()) return "pass";
  return fmt::format("fail: {}", fmt::join(run.expect_fail, ", "));
}

Standing standing_of(const Run& run, const Finding& check) {
  const bool named = std::ranges::find(run.expect_fail, check.check) != run.expect_fail.end();
  switch (check.verdict) {
    case Verdict::pass:
      return named ? Standing::wrong : Standing::as_expected;
    case Verdict::fail:
      return named                     ? Standing::as_expected
             : run.expect_fail.empty() ? Standing::wrong
                                       : Standing::aside;
    case Verdict::inconclusive:
      return Standing::unsure;
    case Verdict::not_applicable:
      break;
  }
  return named ? Standing::wrong : Standing::aside;
}

Standing standing_of(const Run& run, const FaultRecord& fault) {
  switch (verdict_of(fault)) {
    case Verdict::pass:
      return Standing::as_expected;
    case Verdict::fail:  // not healed, for a canary too
      return run.expect_fail.empty() ? Standing::wrong : Standing::unsure;
    case Verdict::inconclusive:
    case Verdict::not_applicable:
      break;
  }
  return Standing::unsure;
}

Report judge(const Run& run) {
  Report report;
  report.run = &run;
  if (report.troubles = absurdities(run); !report.troubles.empty()) {
    for (const std::string& trouble : report.troubles)
      report.findings.push_back({"minor", trouble, ""});
    return report;
  }
  const Joined joined(run);
  report.checks = examine_all(joined);
  report.rto = joined.rto;
  report.rpo = measure_rpo(joined);
  report.slo = measure_slo(joined, report.rto);
  report.pnl = measure_pnl(joined);
  report.revenue_differences = find_revenue_differences(joined);
  report.load = measure_load(joined);
  report.machine = machine_by_phase(run, report.rto);
  report.demand = measure_demand(joined, report.rto);
  report.troubles = find_troubles(run);
  add_fault_troubles(report, run);
  const auto any = [&](Verdict verdict) {
    return std::ranges::find(report.checks, verdict, &Finding::verdict) != report.checks.end();
  };
  const bool examined = any(Verdict::pass) || any(Verdict::fail);
  report.verdict = any(Verdict::fail) ? Verdict::fail
                   : any(Verdict::inconclusive) || !report.troubles.empty() || !examined
                       ? Verdict::inconclusive
                       : Verdict::pass;
  report.met = is_met(report, run);
  add_findings(report, run);
  add_demand(report, joined);
  add_limits(report, run);
  return report;
}

ExitCode exit_code_of(const Report& report) {
  if (report.run->interrupted) return ExitCode::interrupted;
  if (report.met) return ExitCode::expected;
  const bool canary = !report.run->expect_fail.empty();
  const bool all_red = std::ranges::all_of(report.run->expect_fail, [&](const std::string& name) {
    const Finding* check = find_check(report, name);
    return check != nullptr && check->verdict == Verdict::fail;
  });
  // A canary that is red where it must be, and not met, has something inconclusive.
  if (canary && all_red) return ExitCode::inconclusive;
  return report.verdict == Verdict::inconclusive ? ExitCode::inconclusive : ExitCode::failed;
}

}  // namespace rehearse
