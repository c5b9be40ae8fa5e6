// rehearse compare RUN BASELINE…: is this run, or are these, worse than earlier ones by more than
// chance explains?
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/units.hpp"
#include "cli/cli.hpp"
#include "cli/found_reports.hpp"
#include "reports/comparison.hpp"

namespace rehearse {
namespace {

struct CompareArguments {
  std::string run, error = "5%", at_least = "5%";
  std::vector<std::string> baselines, only;
};

Result<std::vector<RunFigures>> all_figures(const std::vector<std::string>& paths) {
  std::vector<RunFigures> runs;
  for (const std::string& path : paths) {
    const auto reports = reports_in(path);
    if (!reports) return std::unexpected(reports.error());
    for (const FoundReport& report : *reports) {
      auto run = figures_of(report.path, report.text);
      if (!run) return std::unexpected(run.error());
      runs.push_back(std::move(*run));
    }
  }
  return runs;
}

Result<CompareRules> rules_of(const CompareArguments& arguments) {
  CompareRules rules;
  for (const auto& [name, text, into] :
       {std::tuple("--error", &arguments.error, &rules.alpha),
        std::tuple("--at-least", &arguments.at_least, &rules.least_share)}) {
    const auto share = parse_share(*text);
    if (!share) return fail(ExitCode::usage, fmt::format("{}: {}", name, share.error().message));
    *into = *share;
  }
  rules.only = arguments.only;
  return rules;
}

// A folder of earlier runs may hold this one too.
void leave_out(const std::vector<RunFigures>& runs, std::vector<RunFigures>& baselines) {
  const auto place_of = [](const RunFigures& run) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(run.name, ignored);
  };
  std::erase_if(baselines, [&](const RunFigures& baseline) {
    return std::ranges::find(runs, place_of(baseline), place_of) != runs.end();
  });
}

ExitCode compare(const CompareArguments& arguments) {
  const auto rules = rules_of(arguments);
  if (!rules) return complain(rules.error());
  const auto runs = all_figures({arguments.run});
  if (!runs) return complain(runs.error());
  auto baselines = all_figures(arguments.baselines);
  if (!baselines) return complain(baselines.error());
  leave_out(*runs, *baselines);
  const auto comparison = compare_runs(*runs, *baselines, *rules);
  if (!comparison) return complain(comparison.error());
  write_comparison(std::cout, *comparison);
  std::cout << std::flush;
  return exit_code_of(*comparison);
}

}  // namespace

void add_compare(Arguments& verb, Cli& cli) {
  auto arguments = std::make_shared<CompareArguments>();
  verb.word("run", arguments->run, "a run's folder, a folder of runs, or a report.json", true);
  verb.words("baseline", arguments->baselines, "the same, of earlier runs");
  verb.text("--error", arguments->error, "how often it may be wrong over all figures, 5% as given");
  verb.text("--at-least", arguments->at_least,
            "by how much of the baseline a figure must be worse, 5% as given");
  verb.repeated("--only", arguments->only, "figures whose name begins so, e.g. `rto`");
  verb.action([arguments, &cli] { cli.exit = compare(*arguments); });
}

}  // namespace rehearse
