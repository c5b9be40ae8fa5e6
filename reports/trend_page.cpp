#include "reports/trend_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "base/units.hpp"
#include "checks/rank_test.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

constexpr const char* page_head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Rehearsals</title><style>
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:75rem;margin:1rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 2rem;display:block;overflow-x:auto}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}
th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.good{color:#0a7a55}.bad{color:#c2410c;font-weight:600}.unsure{color:#8a6d00}
@media(prefers-color-scheme:dark){.good{color:#4ec9a0}.bad{color:#ff9d6b}.unsure{color:#e0c15a}}
</style></head><body>
)";

// Of one period, or of one scenario in it.
struct Tally {
  int runs = 0, met = 0, unmet = 0, inconclusive = 0;
  int64_t lost_max = 0;
  bool lost_measured = false, open = false;
  std::vector<double> outages_ms;
  std::map<std::string, int> red;
};

void count_in(Tally& tally, const TrendRun& run) {
  ++tally.runs;
  ++(run.met ? tally.met : run.verdict == "inconclusive" ? tally.inconclusive : tally.unmet);
  for (const auto& [check, text] : run.red) ++tally.red[run.scenario + "/" + check];
  if (run.tier == "canary") return;  // what a planted bug costs is no figure of the platform
  if (run.outage_ms) tally.outages_ms.push_back(*run.outage_ms);
  tally.open |= run.open_at_end;
  tally.lost_measured |= run.lost.has_value();
  tally.lost_max = std::max(tally.lost_max, run.lost.value_or(0));
}

// "2026-11" → "2026 Q4"; what has no date is of no period.
std::string quarter_in(const std::string& month) {
  if (month.size() < 7) return "–";
  const int number = (month[5] - '0') * 10 + (month[6] - '0');
  return fmt::format("{} Q{}", month.substr(0, 4), (number + 2) / 3);
}

std::string month_in(const TrendRun& run) {
  return run.started.size() < 7 ? "–" : run.started.substr(0, 7);
}

// Neither markup, nor what turns the direction of the text around it.
std::string escaped(std::string_view text) {
  return text::xml(text::plain(text));
}

std::string cell(std::string_view text, std::string_view kind = "") {
  return fmt::format("<td{}>{}</td>", kind.empty() ? "" : fmt::format(" class=\"{}\"", kind),
                     escaped(text));
}

std::string outage_text(const Tally& tally) {
  if (tally.outages_ms.empty()) return "–";
  return fmt::format("{} · {}{}", format_ms(median_of(tally.outages_ms)), tally.open ? "≥ " : "",
                     format_ms(std::ranges::max(tally.outages_ms)));
}

std::string red_text(const Tally& tally) {
  std::string text;
  for (const auto& [id, count] : tally.red)
    text += fmt::format("{}{}{}", text.empty() ? "" : ", ", id,
                        count > 1 ? fmt::format(" ({})", count) : "");
  return text;
}

std::string tally_cells(const Tally& tally) {
  const auto number = [](int count, std::string_view kind) {
    return cell(std::to_string(count), count > 0 ? fmt::format("n {}", kind) : "n");
  };
  return cell(std::to_string(tally.runs), "n") + number(tally.met, "good") +
         number(tally.unmet, "bad") + number(tally.inconclusive, "unsure") +
         cell(outage_text(tally), "n") +
         cell(tally.lost_measured ? std::to_string(tally.lost_max) : "–",
              tally.lost_max > 0 ? "n bad" : "n") +
         cell(red_text(tally));
}

constexpr const char* tally_head =
    "<th class=n>runs<th class=n>as expected<th class=n>not<th class=n>inconclusive"
    "<th class=n>longest outage, median · worst<th class=n>most lost<th>red</tr>\n";

void write_periods(std::ostream& out, const std::vector<TrendRun>& runs) {
  std::map<std::string, Tally, std::greater<>> quarters, months;
  std::map<std::pair<std::string, std::string>, Tally> by_scenario;
  for (const TrendRun& run : runs) {
    const std::string month = month_in(run);
    count_in(quarters[quarter_in(month)], run);
    count_in(months[month], run);
    count_in(by_scenario[{run.scenario, month}], run);
  }
  for (const auto& [title, periods] : {std::pair("quarter", &quarters), {"month", &months}}) {
    out << "<h2>By " << title << "</h2>\n<table><tr><th>" << title << tally_head;
    for (const auto& [name, tally] : *periods)
      out << "<tr>" << cell(name) << tally_cells(tally) << "</tr>\n";
    out << "</table>\n";
  }
  out << "<h2>By scenario and month</h2>\n<table><tr><th>scenario<th>month" << tally_head;
  for (const auto& [name, tally] : by_scenario)
    out << "<tr>" << cell(name.first) << cell(name.second) << tally_cells(tally) << "</tr>\n";
  out << "</table>\n";
}

void write_findings(std::ostream& out, const std::vector<MergedFinding>& findings) {
  out << "<h2>Findings</h2>\n";
  if (findings.empty()) {
    out << "<p>None.</p>\n";
    return;
  }
  out << "<table><tr><th>id<th>severity<th>state<th>owner<th>due<th>seen<th>what</tr>\n";
  for (const MergedFinding& finding : findings) {
    const bool good = finding.state == FindingState::mended;
    const bool bad = finding.overdue || finding.state == FindingState::again;
    out << "<tr>" << cell(finding.kept.id) << cell(finding.kept.severity)
        << cell(name_of(finding.state), good  ? "good"
                                        : bad ? "bad"
                                              : "")
        << cell(finding.kept.owner.empty() ? "nobody yet" : finding.kept.owner,
                finding.kept.owner.empty() ? "unsure" : "")
        << cell(finding.kept.due + (finding.overdue ? ", overdue" : ""),
                finding.overdue ? "bad" : "")
        << cell(finding.first_seen.empty() ? "in no run here"
                : finding.first_seen == finding.last_seen
                    ? finding.first_seen
                    : finding.first_seen + " to " + finding.last_seen)
        << cell(finding.kept.note.empty() ? finding.text : finding.kept.note + " · " + finding.text)
        << "</tr>\n";
  }
  out << "</table>\n";
}

// Within the page's folder only: nothing that a run says leads elsewhere.
std::string link_to(const TrendRun& run, const std::string& folder) {
  const std::string prefix = folder + "/";
  if (!run.path.starts_with(prefix)) return escaped(run.id);
  std::string href;
  for (const char c : run.path.substr(prefix.size())) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '-' ||
                       c == '_' || c == '.';
    href += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("<a href=\"./{}\">{}</a>", href, escaped(run.id));
}

void write_runs(std::ostream& out, const std::vector<TrendRun>& runs, const std::string& folder) {
  out << "<h2>Runs</h2>\n<table><tr><th>run<th>scenario<th>tier<th>verdict<th>as expected"
         "<th class=n>longest outage<th class=n>lost</tr>\n";
  for (const TrendRun& run : runs)
    out << "<tr><td>" << link_to(run, folder) << "</td>" << cell(run.scenario) << cell(run.tier)
        << cell(run.verdict)
        << (run.met ? cell("yes", "good")
                    : cell("no", run.verdict == "inconclusive" ? "unsure" : "bad"))
        << cell(run.outage_ms ? (run.open_at_end ? "≥ " : "") + format_ms(*run.outage_ms) : "–",
                "n")
        << cell(run.lost ? std::to_string(*run.lost) : "–", "n") << "</tr>\n";
  out << "</table>\n";
}

}  // namespace

void write_trend_page(std::ostream& out, const std::vector<TrendRun>& runs,
                      const std::vector<MergedFinding>& findings, const std::string& folder) {
  const auto open = std::ranges::count_if(
      findings, [](const MergedFinding& finding) { return finding.state != FindingState::mended; });
  const auto overdue = std::ranges::count(findings, true, &MergedFinding::overdue);
  out << page_head << "<h1>Rehearsals</h1>\n"
      << fmt::format("<p>{} runs, the last on {}. {} findings are not mended, {} overdue.</p>\n",
                     runs.size(), runs.empty() ? "–" : escaped(runs.front().started.substr(0, 10)),
                     open, overdue);
  write_findings(out, findings);
  write_periods(out, runs);
  write_runs(out, runs, folder);
  out << "</body></html>\n";
}

}  // namespace rehearse
