#include "reports/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/text.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

// Their figures are compared themselves: red by chance is no news.
const std::set<std::string> checks_of_time{"rto", "rpo", "slo"};

void take(RunFigures& run, const std::string& name, const json& row, const char* key) {
  const auto found = row.find(key);
  if (found != row.end() && found->is_number()) run.figures[name] = found->get<double>();
}

void take_figures(RunFigures& run, const json& report) {
  for (const json& row : report.at("rto")) {
    const auto name = fmt::format("rto {} {} ms", row.at("fault").get<std::string>(),
                                  row.at("operation").get<std::string>());
    take(run, name, row, "measured_ms");
    if (row.at("open_at_end").get<bool>())
      run.figures[name] = std::numeric_limits<double>::infinity();
  }
  for (const json& row : report.at("rpo")) {
    const auto store = row.at("store").get<std::string>();
    take(run, fmt::format("lost {}", store), row, "lost_count");
    take(run, fmt::format("lag {} ms", store), row, "lag_at_fault_ms");
  }
  for (const json& row : report.at("slo"))
    take(run,
         fmt::format("slo {} {}", row.at("phase").get<std::string>(),
                     row.at("name").get<std::string>()),
         row, "measured");
  for (const json& row : report.at("load").at("operations"))
    take(run, fmt::format("latency {} p95 ms", row.at("operation").get<std::string>()), row,
         "p95_ms");
}

Status refuse_others(const RunFigures& first, const std::vector<RunFigures>& runs) {
  for (const RunFigures& run : runs) {
    for (const auto& [what, a, b] : {std::tuple("scenario", &first.scenario, &run.scenario),
                                     std::tuple("stack", &first.stack, &run.stack)})
      if (*a != *b)
        return fail(ExitCode::usage,
                    fmt::format("{} is of {} `{}`, {} of `{}`: they cannot be compared", run.name,
                                what, *b, first.name, *a));
  }
  return {};
}

// An inconclusive run's figures say nothing of the platform.
std::vector<RunFigures> conclusive(const std::vector<RunFigures>& runs, Comparison& comparison) {
  std::vector<RunFigures> kept;
  for (const RunFigures& run : runs)
    if (run.verdict != "inconclusive")
      kept.push_back(run);
    else
      comparison.notes.push_back(run.name + " is inconclusive, and left out");
  return kept;
}

std::vector<double> figures_named(const std::vector<RunFigures>& runs, const std::string& name) {
  std::vector<double> figures;
  for (const RunFigures& run : runs)
    if (const auto found = run.figures.find(name); found != run.figures.end())
      figures.push_back(found->second);
  return figures;
}

std::optional<FigureChange> change_of_figure(const std::string& name,
                                             const std::vector<double>& now,
                                             const std::vector<double>& then) {
  if (now.empty() || then.empty()) return std::nullopt;
  const auto is_first = [&](double figure) { return figure == now.front(); };
  if (std::ranges::all_of(now, is_first) && std::ranges::all_of(then, is_first))
    return std::nullopt;
  FigureChange change{name, now.size(), then.size(), median_of(now), median_of(then), {}, {}, {}};
  change.test = test_larger(now, then);
  return change;
}

// Holm, Scandinavian Journal of Statistics, 1979.
void decide(std::vector<FigureChange>& figures, const CompareRules& rules) {
  std::vector<FigureChange*> by_p;
  for (FigureChange& figure : figures) by_p.push_back(&figure);
  std::ranges::stable_sort(by_p, {}, [](const FigureChange* figure) { return figure->test.p; });
  const double first_max = rules.alpha / static_cast<double>(by_p.size());
  bool rejects = true;
  for (size_t i = 0; i < by_p.size(); ++i) {
    FigureChange& figure = *by_p[i];
    rejects =
        rejects && is_at_most(figure.test.p, rules.alpha / static_cast<double>(by_p.size() - i));
    const bool matters = figure.test.shift > rules.least_share * std::abs(figure.baseline_median);
    if (rejects && matters) {
      figure.change = Change::regression;
    } else if (!rejects && !is_at_most(figure.test.p_least, first_max)) {
      figure.change = Change::cannot_tell;
      figure.runs_needed = figures_needed(figure.baselines, first_max);
    }
  }
}

void find_violations(const std::vector<RunFigures>& runs, const std::vector<RunFigures>& baselines,
                     Comparison& comparison) {
  for (const RunFigures& run : runs)
    for (const auto& [check, summary] : run.red_checks)
      if (std::ranges::none_of(
              baselines, [&](const RunFigures& one) { return one.red_checks.contains(check); }))
        comparison.violations.push_back(fmt::format("{} in {}: {}", check, run.name, summary));
}

std::string figure_text(double figure) {
  if (std::isinf(figure)) return figure > 0 ? "no end" : "less";
  return std::abs(figure) >= 100 || figure == std::floor(figure) ? fmt::format("{:.0f}", figure)
                                                                 : fmt::format("{:.3g}", figure);
}

std::string interval_text(const RankTest& test) {
  if (!test.shift_low || !test.shift_high) return "–";
  return fmt::format("{} … {}", figure_text(*test.shift_low), figure_text(*test.shift_high));
}

std::string word_for(const FigureChange& figure) {
  switch (figure.change) {
    case Change::none:
      return "";
    case Change::regression:
      return "REGRESSION";
    case Change::cannot_tell:
      break;
  }
  if (!figure.runs_needed) return "cannot tell: more baselines are needed";
  return fmt::format("cannot tell: {} runs are needed beside {} baselines", *figure.runs_needed,
                     figure.baselines);
}

}  // namespace

Result<RunFigures> figures_of(const std::string& name, std::string_view report_json) {
  try {
    const json report = json::parse(report_json);
    if (report.at("schema") != "rehearse.report/1") throw std::runtime_error("of another schema");
    RunFigures run{name,
                   report.at("run").at("scenario"),
                   report.at("run").value("stack", ""),
                   report.at("run").at("scenario_sha256"),
                   report.at("verdict"),
                   {},
                   {}};
    take_figures(run, report);
    for (const json& check : report.at("checks"))
      if (check.at("verdict") == "fail" && !checks_of_time.contains(check.at("check")))
        run.red_checks[check.at("check")] = check.at("summary");
    return run;
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("{}: no report of a run: {}", name, error.what()));
  }
}

Result<Comparison> compare_runs(const std::vector<RunFigures>& all_runs,
                                const std::vector<RunFigures>& all_baselines,
                                const CompareRules& rules) {
  if (all_runs.empty() || all_baselines.empty())
    return fail(ExitCode::usage, "there is nothing to compare");
  for (const auto* group : {&all_runs, &all_baselines})
    if (auto alike = refuse_others(all_runs.front(), *group); !alike)
      return std::unexpected(alike.error());
  Comparison comparison;
  comparison.scenario = all_runs.front().scenario;
  comparison.alpha = rules.alpha;
  comparison.least_share = rules.least_share;
  const auto runs = conclusive(all_runs, comparison);
  const auto baselines = conclusive(all_baselines, comparison);
  comparison.runs = runs.size();
  comparison.baselines = baselines.size();
  for (const RunFigures& one : all_baselines)
    if (one.scenario_sha256 != all_runs.front().scenario_sha256) {
      comparison.notes.emplace_back(
          "the scenario's settings are not those of each baseline: what they changed shows here "
          "too");
      break;
    }
  std::set<std::string> names;
  for (const auto* group : {&runs, &baselines})
    for (const RunFigures& run : *group)
      for (const auto& [name, figure] : run.figures) names.insert(name);
  for (const std::string& name : names) {
    const auto begins = [&](const std::string& only) { return name.starts_with(only); };
    if (!rules.only.empty() && std::ranges::none_of(rules.only, begins)) continue;
    if (auto change =
            change_of_figure(name, figures_named(runs, name), figures_named(baselines, name)))
      comparison.figures.push_back(std::move(*change));
  }
  decide(comparison.figures, rules);
  find_violations(runs, baselines, comparison);
  return comparison;
}

ExitCode exit_code_of(const Comparison& comparison) {
  const auto any = [&](Change change) {
    return std::ranges::find(comparison.figures, change, &FigureChange::change) !=
           comparison.figures.end();
  };
  if (any(Change::regression) || !comparison.violations.empty()) return ExitCode::failed;
  if (comparison.runs == 0 || comparison.baselines == 0 || any(Change::cannot_tell))
    return ExitCode::inconclusive;
  return ExitCode::expected;
}

void write_comparison(std::ostream& out, const Comparison& comparison) {
  out << fmt::format(
      "{} · {} against {}\n"
      "Mann–Whitney, one-sided, exact for few; {:.3g}% error over all figures (Holm); less than "
      "{:.3g}% is none\n\n",
      text::plain(comparison.scenario), comparison.runs, comparison.baselines,
      100 * comparison.alpha, 100 * comparison.least_share);
  out << fmt::format("  {}{}{}{}{}{}{}\n", text::left("figure", 34), text::right("baseline", 10),
                     text::right("now", 10), text::right("shift", 10),
                     "  " + text::left("with 95%", 18), text::right("p", 8),
                     text::right("worse in", 10));
  for (const FigureChange& figure : comparison.figures)
    out << fmt::format("  {}{}{}{}{}{}{}  {}\n", text::left(text::plain(figure.figure), 34),
                       text::right(figure_text(figure.baseline_median), 10),
                       text::right(figure_text(figure.median), 10),
                       text::right(figure_text(figure.test.shift), 10),
                       "  " + text::left(interval_text(figure.test), 18),
                       text::right(fmt::format("{:.3g}", figure.test.p), 8),
                       text::right(fmt::format("{:.0f}%", 100 * figure.test.larger_share), 10),
                       word_for(figure));
  if (comparison.figures.empty()) out << "  every figure is the same in all of them\n";
  for (const std::string& violation : comparison.violations)
    out << "  ✗ red, and in no baseline: " << text::plain(violation) << "\n";
  for (const std::string& note : comparison.notes) out << "  " << text::plain(note) << "\n";
  const ExitCode exit = exit_code_of(comparison);
  out << fmt::format("\nexit {}: {}\n", static_cast<int>(exit),
                     exit == ExitCode::expected ? "no regression"
                     : exit == ExitCode::failed ? "worse than chance explains"
                                                : "too few runs to tell");
}

}  // namespace rehearse
