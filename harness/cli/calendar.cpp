// rehearse calendar [DIR]: what scenarios/rhythm.yaml asks for and the runs of a folder have not
// shown yet: due, overdue, stale; and which findings wait for their retest.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "base/sha256.hpp"
#include "cli/cli.hpp"
#include "cli/known_runs.hpp"
#include "reports/text.hpp"
#include "scenario/findings.hpp"
#include "scenario/rhythm.hpp"

namespace rehearse {
namespace {

struct CalendarArguments {
  std::string dir, rhythm, findings, today;
};

// How one scenario stands in its rhythm.
enum class Dueness { done, stale, due, overdue };
constexpr std::string_view dueness_names[] = {"done", "stale", "due", "overdue"};

struct HowDue {
  Dueness dueness = Dueness::overdue;
  const TrendRun* last = nullptr;  // conclusive
};

// Conclusive, and not before the period before this one.
HowDue standing_in(const std::vector<TrendRun>& runs, const Scenario& scenario, Every every,
                   const std::string& today) {
  HowDue standing;
  for (const TrendRun& run : runs)
    if (run.scenario == scenario.name && run.verdict != "inconclusive" &&
        (standing.last == nullptr || run.started > standing.last->started))
      standing.last = &run;
  if (standing.last == nullptr) return standing;
  const auto now = period_of(every, today), then = period_of(every, standing.last->started);
  if (!now || !then || *then < *now - 1) return standing;
  // What was played at a rate that it found itself is not as it is written.
  const bool as_written =
      scenario.auto_rate || standing.last->scenario_sha256 == sha256_hex(scenario.as_run_yaml);
  standing.dueness = *then < *now ? Dueness::due : as_written ? Dueness::done : Dueness::stale;
  return standing;
}

Result<std::vector<RhythmEntry>> load_rhythm(const Places& places, const std::string& given) {
  const std::string path = given.empty() ? places.root + "/scenarios/rhythm.yaml" : given;
  const auto text = given_text(path);
  if (!text) return fail(ExitCode::usage, text.error().message);
  std::vector<std::string> suites;
  for (const auto& file : suite_files(places))
    suites.push_back(std::filesystem::path(file).stem().string());
  auto rhythm = parse_rhythm(path, *text, suites);
  if (rhythm) return std::move(*rhythm);
  return std::unexpected(all_of(rhythm.error()));
}

// Whether anything of it is overdue.
Result<bool> print_suite(const Cli& cli, const RhythmEntry& entry,
                         const std::vector<TrendRun>& runs, const std::string& today) {
  const auto suite = load_suite(cli.places, entry.suite);
  if (!suite) return std::unexpected(suite.error());
  fmt::print("{} · every {}\n", suite->name, name_of(entry.every));
  bool overdue = false;
  for (const auto& name : suite->scenarios) {
    const auto scenario = load_scenario(cli.places, name, {});
    if (!scenario) return std::unexpected(scenario.error());
    const HowDue standing = standing_in(runs, *scenario, entry.every, today);
    overdue |= standing.dueness == Dueness::overdue;
    fmt::print("  {:<8} {:<40} {}\n", dueness_names[static_cast<size_t>(standing.dueness)], name,
               standing.last == nullptr
                   ? "never played to a verdict"
                   : text::plain(fmt::format("last on {}: {}", standing.last->started.substr(0, 10),
                                             standing.last->verdict)));
  }
  return overdue;
}

// Whether one of them is overdue.
bool print_findings(const KnownRuns& known, const std::string& today) {
  bool overdue = false, headed = false;
  for (const MergedFinding& finding : merge_findings(known.runs, known.kept, today)) {
    if (finding.state == FindingState::mended) continue;
    if (!headed) fmt::print("findings\n");
    headed = true;
    overdue |= finding.overdue;
    fmt::print("  {}\n",
               text::plain(fmt::format(
                   "{:<8} {:<40} {}{} · {}", finding.overdue ? "overdue" : finding.kept.severity,
                   finding.kept.id, name_of(finding.state),
                   finding.kept.due.empty() ? "" : ", due " + finding.kept.due,
                   finding.kept.owner.empty() ? "nobody's yet" : finding.kept.owner)));
  }
  return overdue;
}

ExitCode print_calendar(const Cli& cli, const CalendarArguments& arguments) {
  if (!arguments.today.empty() && !is_date(arguments.today))
    return complain({ExitCode::usage, "--today: a day is YYYY-MM-DD, not " + arguments.today});
  const std::string today =
      arguments.today.empty() ? rfc3339(wall_ns()).substr(0, 10) : arguments.today;
  const auto rhythm = load_rhythm(cli.places, arguments.rhythm);
  if (!rhythm) return complain(rhythm.error());
  const std::string dir = arguments.dir.empty() ? cli.places.root + "/runs" : arguments.dir;
  std::error_code ignored;
  KnownRuns known;  // nothing was ever played: all is overdue
  if (!arguments.dir.empty() || std::filesystem::exists(dir, ignored)) {
    auto found = known_runs(dir, arguments.findings);
    if (!found) return complain(found.error());
    known = std::move(*found);
  }
  bool overdue = false;
  for (const RhythmEntry& entry : *rhythm) {
    const auto late = print_suite(cli, entry, known.runs, today);
    if (!late) return complain(late.error());
    overdue |= *late;
  }
  overdue |= print_findings(known, today);
  return overdue ? ExitCode::failed : ExitCode::expected;
}

}  // namespace

void add_calendar(Arguments& verb, Cli& cli) {
  auto arguments = std::make_shared<CalendarArguments>();
  verb.word("dir", arguments->dir, "folder of runs, instead of runs", false);
  verb.text("--rhythm", arguments->rhythm, "file, instead of scenarios/rhythm.yaml");
  verb.text("--findings", arguments->findings,
            "file that people edit, instead of findings.yaml in that folder");
  verb.text("--today", arguments->today, "YYYY-MM-DD, to look at another day");
  verb.action([arguments, &cli] { cli.exit = print_calendar(cli, *arguments); });
}

}  // namespace rehearse
