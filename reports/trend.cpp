#include "reports/trend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/trend_page.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

void take_outages(TrendRun& run, const json& rows) {
  for (const json& row : rows) {
    const json& measured = row.at("measured_ms");
    if (!measured.is_number()) continue;
    const auto ms = measured.get<double>();
    const bool open = row.at("open_at_end").get<bool>();
    if (run.outage_ms && std::pair(run.open_at_end, *run.outage_ms) >= std::pair(open, ms))
      continue;
    run.outage_ms = ms;
    run.open_at_end = open;
  }
}

void take_red(TrendRun& run, const json& report) {
  if (run.met) return;
  if (report.at("expect") != "pass") {
    run.red.emplace_back("canary", "the planted bug was not seen as expected");
    return;
  }
  for (const json& check : report.at("checks"))
    if (check.at("verdict") == "fail") run.red.emplace_back(check.at("check"), check.at("summary"));
}

// What the runs say of one finding.
struct Seen {
  std::string text, first, last;
};

std::string day_of(const std::string& utc) {
  return utc.substr(0, 10);
}

FindingState state_of(const KeptFinding& kept, const std::vector<TrendRun>& runs) {
  if (kept.mended.empty()) return FindingState::open;
  const TrendRun* retest = nullptr;
  for (const TrendRun& run : runs)
    if (kept.id.starts_with(run.scenario + "/") && day_of(run.started) >= kept.mended &&
        run.verdict != "inconclusive" && (retest == nullptr || run.started > retest->started))
      retest = &run;
  if (retest == nullptr) return FindingState::waits;
  const auto check = kept.id.substr(retest->scenario.size() + 1);
  return std::ranges::any_of(retest->red, [&](const auto& red) { return red.first == check; })
             ? FindingState::again
             : FindingState::mended;
}

}  // namespace

Result<TrendRun> trend_run_of(const std::string& path, std::string_view report_json) {
  try {
    const json report = json::parse(report_json);
    if (report.at("schema") != "rehearse.report/1") throw std::runtime_error("of another schema");
    const json& facts = report.at("run");
    TrendRun run;
    run.path = path;
    facts.at("id").get_to(run.id);
    facts.at("scenario").get_to(run.scenario);
    facts.at("tier").get_to(run.tier);
    facts.at("scenario_sha256").get_to(run.scenario_sha256);
    if (facts.at("started").is_string()) facts.at("started").get_to(run.started);
    report.at("verdict").get_to(run.verdict);
    report.at("met").get_to(run.met);
    take_outages(run, report.at("rto"));
    for (const json& row : report.at("rpo"))
      if (row.at("store") == "ledger" && row.at("lost_count").is_number())
        run.lost = row.at("lost_count").get<int64_t>();
    take_red(run, report);
    return run;
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("{}: no report of a run: {}", path, error.what()));
  }
}

std::string_view name_of(FindingState state) {
  constexpr std::string_view names[] = {"open", "waits for its retest", "mended", "red again"};
  return names[static_cast<size_t>(state)];
}

std::vector<MergedFinding> merge_findings(const std::vector<TrendRun>& runs,
                                          const std::vector<KeptFinding>& kept,
                                          const std::string& today) {
  std::map<std::string, Seen> seen;
  for (const TrendRun& run : runs)
    for (const auto& [check, text] : run.red) {
      Seen& one = seen[run.scenario + "/" + check];
      if (one.first.empty() || run.started < one.first) one.first = run.started;
      if (run.started < one.last) continue;
      one.last = run.started;
      one.text = text;
    }
  std::map<std::string, MergedFinding> merged;
  for (const KeptFinding& finding : kept) {
    MergedFinding& one = merged[finding.id];
    one.kept = finding;
    one.is_kept = true;
    one.state = state_of(finding, runs);
    one.overdue = one.state != FindingState::mended && !finding.due.empty() && finding.due < today;
  }
  for (const auto& [id, what] : seen) {
    MergedFinding& one = merged[id];
    if (!one.is_kept) one.kept = {id, "major", "", "", "", ""};
    one.text = what.text;
    one.first_seen = day_of(what.first);
    one.last_seen = day_of(what.last);
  }
  std::vector<MergedFinding> findings;
  for (auto& [id, finding] : merged) findings.push_back(std::move(finding));
  // What waits for somebody first.
  std::ranges::stable_sort(findings, {}, [](const MergedFinding& finding) {
    return std::pair(finding.state == FindingState::mended, !finding.overdue);
  });
  return findings;
}

void write_trend(std::ostream& out, std::vector<TrendRun> runs,
                 const std::vector<MergedFinding>& findings, const std::string& folder) {
  std::ranges::stable_sort(runs, std::greater{}, &TrendRun::started);
  write_trend_page(out, runs, findings, folder);
}

}  // namespace rehearse
