#include "reports/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "../checks/synthetic.hpp"
#include "reports/report.hpp"

namespace rehearse {
namespace {

using synthetic::RecordedRun;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RunFigures run_of(const std::string& name, std::map<std::string, double> figures) {
  return {name, "zone-loss", "one-region", "sum", "pass", std::move(figures), {}};
}

// One figure, a run each.
std::vector<RunFigures> runs_with(const std::vector<double>& figures) {
  std::vector<RunFigures> runs;
  for (const double figure : figures)
    runs.push_back(run_of("r" + std::to_string(runs.size()), {{"rto az bet ms", figure}}));
  return runs;
}

std::string told(const Comparison& comparison) {
  std::ostringstream out;
  write_comparison(out, comparison);
  return out.str();
}

TEST(Comparison, FiguresComeFromTheReport) {
  const RecordedRun recorded = synthetic::honest_run();
  std::ostringstream json;
  write_json(json, judge(recorded));
  const auto run = figures_of("x", json.str());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->scenario, "zone-loss");
  EXPECT_EQ(run->verdict, "pass");
  EXPECT_EQ(run->figures.at("lost ledger"), 0);
  EXPECT_GT(run->figures.at("rto az bet ms"), 1000);
  EXPECT_GT(run->figures.at("latency bet p95 ms"), 1);
  EXPECT_EQ(run->figures.count("slo after wallet_p95"), 1u);
  EXPECT_THAT(run->red_checks, IsEmpty());
  EXPECT_EQ(figures_of("x", "{}").error().code, ExitCode::usage);
  EXPECT_EQ(figures_of("x", "[1").error().code, ExitCode::usage);
  EXPECT_EQ(figures_of("x", R"({"schema":"rehearse.report/2"})").error().code, ExitCode::usage);
}

TEST(Comparison, WorseThanChanceExplainsFails) {
  const auto worse =
      compare_runs(runs_with({31, 32, 33, 34, 35}), runs_with({20, 21, 22, 23, 24}), {});
  ASSERT_TRUE(worse);
  EXPECT_EQ(exit_code_of(*worse), ExitCode::failed);
  EXPECT_THAT(told(*worse), HasSubstr("REGRESSION"));
  // The other way round it is none.
  const auto better =
      compare_runs(runs_with({20, 21, 22, 23, 24}), runs_with({31, 32, 33, 34, 35}), {});
  EXPECT_EQ(exit_code_of(*better), ExitCode::expected) << told(*better);
}

TEST(Comparison, WhatChanceExplainsPasses) {
  const auto alike =
      compare_runs(runs_with({21, 23, 25, 27, 24}), runs_with({20, 22, 26, 28, 24}), {});
  EXPECT_EQ(exit_code_of(*alike), ExitCode::expected) << told(*alike);
}

TEST(Comparison, SurelyWorseByLittleIsNoRegression) {
  const auto little = compare_runs(runs_with({101, 102, 103, 104, 105}),
                                   runs_with({96, 97, 98, 99, 100}), {0.05, 0.10, {}});
  EXPECT_EQ(exit_code_of(*little), ExitCode::expected) << told(*little);
}

TEST(Comparison, TooFewRunsCannotTellAndItSaysHowManyWould) {
  const auto few = compare_runs(runs_with({90}), runs_with({20, 21, 22, 23, 24}), {});
  EXPECT_EQ(exit_code_of(*few), ExitCode::inconclusive);
  EXPECT_THAT(told(*few), HasSubstr("cannot tell: 2 runs are needed beside 5 baselines"));
}

// Of twenty figures one is always by chance the worst of all: each has to be surer.
TEST(Comparison, ManyFiguresAreHeldToMore) {
  std::vector<RunFigures> runs, baselines;
  for (int i = 0; i < 3; ++i) {
    runs.push_back(run_of("now", {}));
    baselines.push_back(run_of("then", {}));
    for (int figure = 0; figure < 20; ++figure) {
      const std::string name = "latency " + std::to_string(figure);
      runs.back().figures[name] = figure == 0 ? 30 + i : 20 + i;
      baselines.back().figures[name] = figure == 0 ? 20 + i : 20.5 + i;
    }
  }
  const auto all = compare_runs(runs, baselines, {});
  EXPECT_EQ(exit_code_of(*all), ExitCode::inconclusive) << told(*all);
  const auto one = compare_runs(runs, baselines, {0.05, 0.05, {"latency 0"}});
  EXPECT_EQ(exit_code_of(*one), ExitCode::failed) << told(*one);
}

TEST(Comparison, ACheckThatIsNewlyRedFailsAtOnce) {
  auto runs = runs_with({20}), baselines = runs_with({20});
  runs[0].red_checks["no_duplicate_payouts"] = "1 paid twice";
  const auto red = compare_runs(runs, baselines, {});
  EXPECT_EQ(exit_code_of(*red), ExitCode::failed);
  EXPECT_THAT(red->violations, ElementsAre("no_duplicate_payouts in r0: 1 paid twice"));
  baselines[0].red_checks["no_duplicate_payouts"] = "2 paid twice";
  EXPECT_EQ(exit_code_of(*compare_runs(runs, baselines, {})), ExitCode::expected);
}

TEST(Comparison, AnotherScenarioOrStackIsRefused) {
  auto runs = runs_with({20}), baselines = runs_with({20});
  baselines[0].scenario = "baseline";
  EXPECT_THAT(compare_runs(runs, baselines, {}).error().message,
              HasSubstr("r0 is of scenario `baseline`, r0 of `zone-loss`"));
  baselines = runs_with({20});
  baselines[0].stack = "two-region";
  EXPECT_EQ(compare_runs(runs, baselines, {}).error().code, ExitCode::usage);
  EXPECT_EQ(compare_runs(runs, {}, {}).error().code, ExitCode::usage);
}

TEST(Comparison, InconclusiveRunsAreLeftOutAndOtherSettingsSaid) {
  auto runs = runs_with({20, 21}), baselines = runs_with({20, 21});
  runs[1].verdict = "inconclusive";
  baselines[0].scenario_sha256 = "other";
  const auto comparison = compare_runs(runs, baselines, {});
  EXPECT_EQ(comparison->runs, 1u);
  EXPECT_EQ(comparison->notes.size(), 2u);
  runs[0].verdict = "inconclusive";
  EXPECT_EQ(exit_code_of(*compare_runs(runs, baselines, {})), ExitCode::inconclusive);
}

}  // namespace
}  // namespace rehearse
