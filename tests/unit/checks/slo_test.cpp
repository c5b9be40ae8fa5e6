// Service levels: what belongs to which phase, what is measured there, and when it fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "../scenario/support.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "scenario/parts.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

struct BetFate {
  Outcome outcome = Outcome::ok;
  double latency_ms = 10;
};

// A bet each 100 ms from -10 s to 60 s; a fault takes effect at 1 s and is healed at 20 s. The
// baseline begins at -8 s.
Run bets_by_fate(const std::function<BetFate(double t_ms)>& fate) {
  RecordedRun run;
  run.history.run_key = "k";
  run.history.zero_ns = zero_ns;
  run.steady_from_ms = -8'000;
  run.arrivals_end_ms = 59'900;
  FaultRecord fault;
  fault.id = "az";
  fault.injected_ms = 990;
  fault.effective_ms = 1'000;
  fault.healed_ms = 20'000;
  run.faults.push_back(fault);
  for (uint64_t id = 0; id < 700; ++id) {
    const double t_ms = -10'000 + 100.0 * static_cast<double>(id);
    Operation operation;
    operation.id = id;
    operation.intended_ns = at_ns(t_ms);
    run.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = id;
    attempt.number = 1;
    attempt.intended_ns = operation.intended_ns;
    attempt.sent_ns = attempt.intended_ns + 1'000;
    const BetFate how = fate(t_ms);
    attempt.outcome = how.outcome;
    const bool answered = how.outcome == Outcome::ok || how.outcome == Outcome::rejected;
    if (answered) attempt.answered_ns = at_ns(t_ms + how.latency_ms);
    run.history.attempts.push_back(attempt);
  }
  return run;
}

BetFate slow_in_the_middle(double t_ms) {
  return {Outcome::ok, t_ms < 0 ? 10.0 : t_ms < 1'000 ? 900.0 : t_ms < 20'000 ? 300.0 : 50.0};
}

SloRow level(Run& run, const std::string& name, const std::string& phase, double limit) {
  run.targets.slo = {{name, phase, limit}};
  const Joined joined(run);
  return measure_slo(joined, measure_rto(joined)).at(0);
}

TEST(MeasureSlo, PhasesAreApart) {
  RecordedRun run = bets_by_fate(slow_in_the_middle);
  const SloRow before = level(run, "bet_max", "before", 10);
  EXPECT_DOUBLE_EQ(*before.measured, 10);
  EXPECT_EQ(before.attempts, 80);
  EXPECT_EQ(before.verdict, Verdict::pass);
  const SloRow during = level(run, "bet_max", "during", 299);
  EXPECT_DOUBLE_EQ(*during.measured, 300);
  EXPECT_EQ(during.attempts, 190);
  EXPECT_EQ(during.verdict, Verdict::fail);
  const SloRow after = level(run, "wallet_max", "after", 50);
  EXPECT_DOUBLE_EQ(*after.measured, 50);
  EXPECT_EQ(after.attempts, 400);
  EXPECT_EQ(after.verdict, Verdict::pass);
}

TEST(MeasureSlo, DuringBeginsWithTheFirstStepOfARunbookThatPlayersMayFeel) {
  auto run = bets_by_fate(slow_in_the_middle);
  run.faults[0].fault = "runbook";
  run.faults[0].effective_ms = 15'000;  // its end
  EXPECT_EQ(phase_spans(run, {})[1].from_ms, 15'000);
  const auto step = [&](const char* name, double acted_ms, bool disruptive) {
    StepRecord& record = run.runbook.emplace_back();
    record.step = name;
    record.acted_ms = acted_ms;
    record.disruptive = disruptive;
  };
  step("az.tell", 1'500, false);
  step("az.give", 3'000, true);
  step("az.open", 9'000, true);
  step("azure.give", 2'000, true);
  EXPECT_EQ(phase_spans(run, {})[1].from_ms, 3'000);
}

TEST(MeasureSlo, AfterBeginsWhenEverythingIsBack) {
  RecordedRun run = bets_by_fate([](double t_ms) {
    return t_ms >= 1'000 && t_ms < 30'000 ? BetFate{Outcome::unknown, 0} : BetFate{};
  });
  EXPECT_EQ(level(run, "bet_unknown", "after", 0).attempts, 300);
  EXPECT_EQ(level(run, "bet_unknown", "after", 0).verdict, Verdict::pass);
  EXPECT_DOUBLE_EQ(*level(run, "bet_unknown", "during", 0).measured, 1);
  EXPECT_EQ(level(run, "bet_unknown", "during", 0).attempts, 290);
}

TEST(MeasureSlo, NoAfterWhileSomethingIsOut) {
  RecordedRun run = bets_by_fate([](double t_ms) {
    return t_ms >= 1'000 ? BetFate{Outcome::unknown, 0} : BetFate{};
  });
  EXPECT_EQ(level(run, "bet_p95", "after", 500).verdict, Verdict::inconclusive);
  EXPECT_EQ(level(run, "bet_unknown", "during", 0.5).attempts, 590);
  run = bets_by_fate(slow_in_the_middle);
  run.faults[0].healed_ms.reset();
  EXPECT_FALSE(level(run, "bet_p95", "after", 500).measured);
  run.faults[0].heal_expected = false;  // it happened once and is over
  EXPECT_EQ(level(run, "bet_p95", "after", 500).attempts, 590);
}

TEST(MeasureSlo, WithoutADisruptiveFaultThereIsNoDuring) {
  RecordedRun run = bets_by_fate(slow_in_the_middle);
  run.faults[0].disruptive = false;
  EXPECT_EQ(level(run, "bet_p95", "during", 1'000).verdict, Verdict::not_applicable);
  EXPECT_EQ(level(run, "bet_p95", "after", 1'000).attempts, 400);
}

// Ten a second before and a fault that is over at 59.5 s: five come after it, and 20 are needed.
// None came: of these few that can be; of 300 it cannot.
TEST(MeasureSlo, NoneOfAFewIsTooFewAndNoneOfManyIsUnsure) {
  const auto drop_from = [](rehearse::Run run, double t_ms) {
    std::erase_if(run.history.attempts,
                  [&](const Attempt& attempt) { return attempt.intended_ns >= at_ns(t_ms); });
    run.targets.slo = {{"bet_p95", "after", 500}};
    return run;
  };
  auto few = bets_by_fate(slow_in_the_middle);
  few.faults[0].healed_ms = 59'500;
  const auto rows = measure_slo(Joined(drop_from(few, 59'500)), {});
  EXPECT_EQ(rows.at(0).verdict, Verdict::not_applicable);
  EXPECT_EQ(rows.at(0).unsure, "it takes 20 operations, and there were none");
  const auto many = drop_from(bets_by_fate(slow_in_the_middle), 20'000);
  EXPECT_EQ(measure_slo(Joined(many), {}).at(0).verdict, Verdict::inconclusive);
}

TEST(MeasureSlo, WhatTheLoadNeverPlaysIsNotAsked) {
  RecordedRun run = bets_by_fate([](double) { return BetFate{}; });
  EXPECT_EQ(level(run, "spin_p95", "before", 1'000).verdict, Verdict::inconclusive);
  run.kinds_planned = {"bet", "spin"};
  EXPECT_EQ(level(run, "spin_p95", "before", 1'000).verdict, Verdict::inconclusive);
  run.kinds_planned = {"bet"};
  EXPECT_EQ(level(run, "spin_p95", "before", 1'000).verdict, Verdict::not_applicable);
  EXPECT_EQ(level(run, "spin_p95", "before", 1'000).unsure, "the load plays none of it");
}

TEST(MeasureSlo, WhatTheFaultCutOffSaysNothingAboutBefore) {
  RecordedRun run = bets_by_fate([](double t_ms) {
    return BetFate{Outcome::ok, t_ms == -100 ? 700.0 : 10};
  });
  const SloRow row = level(run, "bet_max", "before", 10);
  EXPECT_EQ(row.attempts, 79);
  EXPECT_DOUBLE_EQ(*row.measured, 10);
}

TEST(MeasureSlo, UnansweredAreSlowerThanAny) {
  int64_t n = 0;
  RecordedRun run = bets_by_fate([&n](double) {
    return ++n % 10 == 0 ? BetFate{Outcome::unknown, 0} : BetFate{};
  });
  run.faults[0].disruptive = false;
  EXPECT_DOUBLE_EQ(*level(run, "bet_p50", "after", 10).measured, 10);
  const SloRow p95 = level(run, "bet_p95", "after", 60'000);
  EXPECT_FALSE(p95.measured);
  EXPECT_EQ(p95.attempts, 400);
  EXPECT_EQ(p95.verdict, Verdict::fail);
}

TEST(MeasureSlo, SharesAreOfAllOperations) {
  int64_t n = 0;
  RecordedRun run = bets_by_fate([&n](double) {
    constexpr Outcome outcomes[] = {Outcome::ok, Outcome::rejected, Outcome::failed,
                                    Outcome::unknown};
    return BetFate{outcomes[++n % 4], 10};
  });
  run.faults[0].disruptive = false;
  for (const char* name : {"bet_rejected", "bet_failed", "bet_unknown"}) {
    EXPECT_DOUBLE_EQ(*level(run, name, "after", 0.3).measured, 0.25) << name;
  }
}

// All are rejected, and each `nth` for this reason.
RecordedRun rejected_for(const char* reason, size_t nth) {
  RecordedRun run = bets_by_fate([](double) { return BetFate{Outcome::rejected, 10}; });
  run.faults[0].disruptive = false;
  for (size_t i = 0; i < run.history.attempts.size(); i += nth)
    std::strcpy(run.history.attempts[i].reason, reason);
  return run;
}

TEST(MeasureSlo, WhomTheirProtectionKeepsOutIsDeclinedRightly) {
  RecordedRun run = rejected_for("self_excluded", 2);
  EXPECT_DOUBLE_EQ(*level(run, "bet_rejected", "after", 0.6).measured, 0.5);
}

TEST(MeasureSlo, WhoTookABetBackIsDeclinedRightly) {
  RecordedRun run = rejected_for("rolled_back", 4);
  EXPECT_DOUBLE_EQ(*level(run, "bet_rejected", "after", 0.8).measured, 0.75);
}

TEST(MeasureSlo, WhoseBetCameTooLateForItsTableIsDeclinedRightly) {
  RecordedRun run = rejected_for("outside_window", 4);
  EXPECT_DOUBLE_EQ(*level(run, "bet_rejected", "after", 0.8).measured, 0.75);
}

TEST(MeasureSlo, SentAgainAfterItsAnswerCountsOnce) {
  RecordedRun run = bets_by_fate([](double) { return BetFate{}; });
  Attempt again = run.history.attempts[400];
  again.number = 2;
  again.outcome = Outcome::unknown;
  again.answered_ns = 0;
  run.history.attempts.push_back(again);
  EXPECT_EQ(level(run, "bet_unknown", "after", 0).verdict, Verdict::pass);
}

TEST(MeasureSlo, EveryNameThatAScenarioMayUse) {
  const Catalogue catalogue = scenario_test::small_catalogue();
  RecordedRun run = honest_run();
  // Something of each kind, also of those that an honest run of bets does not have.
  for (int kind = 0; kind < operation_kinds; ++kind) {
    Operation operation;
    operation.id = run.history.operations.size();
    operation.kind = static_cast<OperationKind>(kind);
    operation.intended_ns = at_ns(-1'000);
    run.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.number = 1;
    attempt.intended_ns = attempt.sent_ns = operation.intended_ns;
    attempt.answered_ns = at_ns(-990);
    attempt.outcome = Outcome::ok;
    run.history.attempts.push_back(attempt);
  }
  for (const std::string& name : yaml::slo_names({catalogue})) {
    EXPECT_TRUE(level(run, name, "before", 1).measured) << name;
  }
  EXPECT_EQ(level(run, "bet_p12", "before", 1).verdict, Verdict::inconclusive);
}

// What is foreseen of a number of operations is what judging says of them when all is well.
TEST(MeasureSlo, CanShowWhatItsOperationsCanShow) {
  for (const auto& [name, target] : {std::pair("bet_p95", 1'000.0), std::pair("bet_p50", 1'000.0),
                                     std::pair("bet_rejected", 0.01), std::pair("bet_failed", 0.3),
                                     std::pair("bet_approved", 0.25)}) {
    for (const int64_t count : {1, 2, 5, 12, 19, 20, 60, 80}) {
      RecordedRun run = bets_by_fate([](double) { return BetFate{}; });
      run.steady_from_ms = -100.0 * static_cast<double>(count) - 50;
      EXPECT_EQ(level(run, name, "before", target).verdict == Verdict::pass,
                can_show(name, target, level(run, name, "before", target).attempts))
          << name << " " << count;
    }
  }
}

TEST(Slo, MissedNothingToMeasureNoTarget) {
  RecordedRun run = honest_run();
  run.targets.slo.push_back({"bet_p95", "during", 100});
  EXPECT_EQ(red(run), std::set<std::string>{"slo"});
  EXPECT_THAT(finding_of(run, "slo").witnesses.front(),
              testing::HasSubstr("bet_p95 during the fault: "));
  run.targets.slo = {{"bet_p95", "during", 100}};
  run.faults[0].disruptive = false;
  EXPECT_EQ(finding_of(run, "slo").verdict, Verdict::not_applicable);
  run.faults[0].disruptive = true;
  run.targets.slo = {{"spin_p95", "before", 100}};
  EXPECT_EQ(finding_of(run, "slo").verdict, Verdict::inconclusive);
  run.targets.slo.clear();
  EXPECT_EQ(finding_of(run, "slo").verdict, Verdict::not_applicable);
}

}  // namespace
}  // namespace rehearse
