// Recovery time on made traffic: one kind at a steady rate whose fate is a function of time.
#include <gtest/gtest.h>

#include <functional>

#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "checks/phases.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using synthetic::at_ns;
using synthetic::RecordedRun;

struct Fate {
  Outcome outcome = Outcome::ok;
  double latency_ms = 5;
};
using FateAt = std::function<Fate(double t_ms)>;

FaultRecord fault_at(const std::string& id, double injected_ms, double effective_ms) {
  FaultRecord fault;
  fault.id = id;
  fault.injected_ms = injected_ms;
  fault.effective_ms = effective_ms;
  fault.evidence = {{"it", "did"}};
  return fault;
}

Run traffic(const FateAt& fate, double every_ms = 20, double end_ms = 60'000) {
  RecordedRun run;
  run.history.zero_ns = synthetic::zero_ns;
  run.steady_from_ms = -10'000;
  run.arrivals_end_ms = end_ms;
  run.targets.rto_ms["bet"] = 10'000;
  run.faults.push_back(fault_at("f", 0, 10));
  for (double t_ms = -10'000; t_ms < end_ms; t_ms += every_ms) {
    Operation operation;
    operation.id = run.history.operations.size();
    operation.intended_ns = at_ns(t_ms);
    run.history.operations.push_back(operation);
    const Fate how = fate(t_ms);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.intended_ns = attempt.sent_ns = at_ns(t_ms);
    attempt.outcome = how.outcome;
    if (how.outcome == Outcome::ok || how.outcome == Outcome::rejected) {
      attempt.answered_ns = at_ns(t_ms + how.latency_ms);
    }
    run.history.attempts.push_back(attempt);
  }
  return run;
}

FateAt out_between(double from_ms, double to_ms, Outcome outcome = Outcome::unknown) {
  return [=](double t_ms) { return t_ms >= from_ms && t_ms < to_ms ? Fate{outcome, 0} : Fate{}; };
}

RtoRow only_row(const Run& run) {
  const auto rows = measure_rto(Joined(run));
  EXPECT_EQ(rows.size(), 1U);
  return rows.empty() ? RtoRow{} : rows[0];
}

TEST(MeasureRto, NoOutageIsZero) {
  const RtoRow row = only_row(traffic([](double) { return Fate{}; }));
  EXPECT_EQ(row.measured_ms, 0);
  EXPECT_EQ(row.outages, 0);
  EXPECT_FALSE(row.first_error_ms);
  EXPECT_NEAR(row.resolution_ms, 20, 0.1);
  EXPECT_EQ(row.verdict, Verdict::pass);
}

// One in 4 s: three in the steady phase, and as many tell that it is well again.
TEST(MeasureRto, OfARareKindAsManyTellAsTheSteadyPhaseHad) {
  const RtoRow back = only_row(traffic(out_between(1000, 3000), 4000, 17'000));
  EXPECT_EQ(back.outages, 1);
  EXPECT_FALSE(back.open_at_end);
  EXPECT_EQ(back.verdict, Verdict::pass);
  const RtoRow once = only_row(traffic(out_between(1000, 7000), 4000, 17'000));
  EXPECT_TRUE(once.open_at_end) << "two good attempts are fewer than the steady phase had";
}

TEST(MeasureRto, AFewRejectionsAreAnswers) {
  const RtoRow row = only_row(traffic([](double t_ms) {
    const bool refused = static_cast<int64_t>(t_ms) % 1000 < 100;
    return refused ? Fate{Outcome::rejected, 5} : Fate{};
  }));
  EXPECT_EQ(row.measured_ms, 0);
}

TEST(MeasureRto, EverybodyRefusedIsAnOutage) {
  const RtoRow row = only_row(traffic(out_between(1000, 9000, Outcome::rejected)));
  EXPECT_NEAR(*row.measured_ms, 8000, 500);
  EXPECT_EQ(row.outages, 1);
}

TEST(MeasureRto, RefusedForGoodIsOpenAtTheEnd) {
  const RtoRow row = only_row(traffic(out_between(1000, 1e9, Outcome::rejected)));
  EXPECT_TRUE(row.open_at_end);
  EXPECT_EQ(row.verdict, Verdict::fail);
}

TEST(MeasureRto, FarSlowerThanBeforeIsAnOutageThoughAllIsAnswered) {
  const RtoRow row = only_row(traffic([](double t_ms) {
    return t_ms >= 2000 && t_ms < 8000 ? Fate{Outcome::ok, 3000} : Fate{};
  }));
  EXPECT_NEAR(*row.measured_ms, 6000, 500);
}

TEST(MeasureRto, AFaultWhileAnEarlierOneIsFeltHasNoRowOfItsOwn) {
  rehearse::Run run = traffic(out_between(1000, 9000));
  run.faults.push_back(fault_at("again", 4000, 4010));
  run.faults.push_back(fault_at("later", 20'000, 20'010));
  const auto rows = measure_rto(Joined(run));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].fault, "f");
  EXPECT_EQ(rows[1].fault, "later");
}

TEST(MeasureRto, Outage) {
  for (const Outcome how : {Outcome::unknown, Outcome::failed, Outcome::none}) {
    const RtoRow row = only_row(traffic(out_between(1000, 9000, how)));
    EXPECT_EQ(row.first_error_ms, 1000);
    EXPECT_EQ(row.first_success_ms, 9005);
    EXPECT_EQ(row.recovered_ms, 9000);
    EXPECT_EQ(row.measured_ms, 8000);
    EXPECT_EQ(row.outages, 1);
    EXPECT_EQ(row.verdict, Verdict::pass);
    EXPECT_EQ(row.drained_ms.has_value(), how == Outcome::failed);
  }
  EXPECT_EQ(only_row(traffic(out_between(1000, 11'020))).verdict, Verdict::fail);
}

TEST(MeasureRto, FailuresBeforeTheFaultAreNotItsOutage) {
  RecordedRun run = traffic(out_between(-100, 0));
  EXPECT_EQ(only_row(run).measured_ms, 0);
}

TEST(MeasureRto, InjectionBoundsAnEffectThatWasMeasuredLate) {
  RecordedRun run = traffic(out_between(100, 2000));
  run.faults[0] = fault_at("f", 50, 1500);
  EXPECT_EQ(only_row(run).first_error_ms, 100);
}

TEST(MeasureRto, OpenAtTheEnd) {
  RtoRow row = only_row(traffic(out_between(55'000, 1e9)));
  EXPECT_TRUE(row.open_at_end);
  EXPECT_FALSE(row.recovered_ms);
  EXPECT_EQ(row.measured_ms, 4980);  // to the last failure
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  row = only_row(traffic(out_between(40'000, 1e9)));
  EXPECT_EQ(row.verdict, Verdict::fail);  // already beyond the target
  // Good again, but not for a whole window that was observed.
  row = only_row(traffic(out_between(52'000, 56'000)));
  EXPECT_TRUE(row.open_at_end);
  EXPECT_EQ(row.measured_ms, 3980);
  EXPECT_EQ(row.first_success_ms, 56'005);
  // Exactly a whole window.
  row = only_row(traffic(out_between(52'000, 55'000)));
  EXPECT_FALSE(row.open_at_end);
  EXPECT_EQ(row.measured_ms, 3000);
}

// The last bet fails, and its second try, when nobody arrives any more, ends as `outcome`.
RecordedRun with_a_late_failure(Outcome outcome, double answered_ms) {
  RecordedRun run = traffic(out_between(59'980, 1e9));
  Attempt again = run.history.attempts.back();
  again.intended_ns = again.sent_ns = at_ns(62'000);
  again.answered_ns = at_ns(answered_ms);
  again.outcome = outcome;
  run.history.attempts.push_back(again);
  return run;
}

TEST(MeasureRto, WhatAllCameOutOfWhileTheRunDrainsWasNoLonger) {
  const RtoRow row = only_row(with_a_late_failure(Outcome::ok, 62'005));
  EXPECT_FALSE(row.open_at_end);
  EXPECT_EQ(row.measured_ms, 62'005 - 59'980);
  EXPECT_EQ(row.recovered_ms, 62'005);
  EXPECT_EQ(row.verdict, Verdict::pass);
  for (const Outcome ill : {Outcome::unknown, Outcome::failed, Outcome::rejected})
    EXPECT_TRUE(only_row(with_a_late_failure(ill, 62'005)).open_at_end);
  const RtoRow late = only_row(with_a_late_failure(Outcome::ok, 75'000));
  EXPECT_TRUE(late.open_at_end) << "beyond the target it is no measure";
  EXPECT_EQ(late.verdict, Verdict::inconclusive);
  EXPECT_TRUE(only_row(traffic(out_between(56'000, 1e9, Outcome::rejected))).open_at_end);
}

// Nor does it take away what was measured before it.
TEST(MeasureRto, AFailureAtTheVeryEndLeavesAPhaseAfterTheFault) {
  RecordedRun run = with_a_late_failure(Outcome::ok, 62'005);
  run.faults[0].healed_ms = 500;
  const auto after = phase_spans(run, measure_rto(Joined(run)))[2];
  EXPECT_EQ(after.phase, "after");
  EXPECT_EQ(after.from_ms, 500);
}

TEST(MeasureRto, NoAttemptsIsNull) {
  RecordedRun run = traffic([](double) { return Fate{}; });
  run.targets.rto_ms["payout"] = 1000;
  const auto rows = measure_rto(Joined(run));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].operation, "payout");
  EXPECT_FALSE(rows[1].measured_ms);
  EXPECT_EQ(rows[1].verdict, Verdict::not_applicable);  // the load never tries any
}

TEST(MeasureRto, WhatWasTriedBeforeAndNotAfterCannotBeSaid) {
  RecordedRun run = traffic([](double) { return Fate{}; });
  std::erase_if(run.history.attempts,
                [](const Attempt& attempt) { return attempt.intended_ns >= at_ns(0); });
  const RtoRow row = only_row(run);
  EXPECT_FALSE(row.measured_ms);
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
}

TEST(MeasureRto, FlappingInsideAWindowIsOneOutage) {
  const RtoRow row = only_row(traffic([](double t_ms) {
    const bool out = t_ms >= 1000 && t_ms < 20'000 && static_cast<int>(t_ms / 1000) % 3 == 1;
    return out ? Fate{Outcome::failed, 0} : Fate{};
  }));
  EXPECT_EQ(row.outages, 1);
  EXPECT_EQ(row.measured_ms, 19'000);  // 1 s to 20 s: the last failing second is the 19th
}

TEST(MeasureRto, FlappingWithRecoveriesBetween) {
  const RtoRow row = only_row(traffic([](double t_ms) {
    const bool out = (t_ms >= 1000 && t_ms < 4000) || (t_ms >= 20'000 && t_ms < 27'000);
    return out ? Fate{Outcome::failed, 0} : Fate{};
  }));
  EXPECT_EQ(row.outages, 2);
  EXPECT_EQ(row.measured_ms, 7000);  // the longest
  EXPECT_EQ(row.first_error_ms, 20'000);
  EXPECT_EQ(row.down_total_ms, 10'000);
}

TEST(MeasureRto, StrayFailureAfterRecoveryIsNoOutage) {
  const RtoRow row = only_row(traffic([](double t_ms) {
    const bool out = (t_ms >= 1000 && t_ms < 4000) || t_ms == 30'000 || t_ms == 58'000;
    return out ? Fate{Outcome::unknown, 0} : Fate{};
  }));
  EXPECT_EQ(row.outages, 1);
  EXPECT_EQ(row.measured_ms, 3000);
}

TEST(MeasureRto, SlowButAnswering) {
  // Slow alone is no outage; after a failure, being slow keeps it open.
  const auto slow = [](bool failing, double slow_ms = 101) {
    return [failing, slow_ms](double t_ms) {
      if (failing && t_ms >= 1000 && t_ms < 1100) return Fate{Outcome::failed, 0};
      return t_ms >= 1000 && t_ms < 8000 ? Fate{Outcome::ok, slow_ms} : Fate{};
    };
  };
  EXPECT_EQ(only_row(traffic(slow(false))).measured_ms, 0);
  const RtoRow row = only_row(traffic(slow(true)));
  EXPECT_EQ(row.first_success_ms, 1201);
  // Slower than usual, but nobody feels it.
  EXPECT_EQ(only_row(traffic(slow(true, 100))).recovered_ms, 1100);
  // 5% of a window of 250 may be slow: 12 attempts of 20 ms before 8 s.
  EXPECT_EQ(row.recovered_ms, 8000 - 12 * 20);
}

TEST(MeasureRto, SparseAttemptsStretchTheWindow) {
  const RtoRow row = only_row(traffic(out_between(1000, 9000), 2000));
  EXPECT_EQ(row.first_error_ms, 2000);
  EXPECT_EQ(row.recovered_ms, 10'000);
  EXPECT_EQ(only_row(traffic(out_between(1000, 51'000), 2000)).open_at_end, true);
  EXPECT_EQ(only_row(traffic(out_between(1000, 50'000), 2000)).open_at_end, false);
}

TEST(MeasureRto, WithoutBaselineLatencyIsNotCompared) {
  RecordedRun run = traffic([](double t_ms) {
    return t_ms >= 1000 && t_ms < 3000 ? Fate{Outcome::failed, 0} : Fate{Outcome::ok, 500};
  });
  run.steady_from_ms = 0;
  const RtoRow row = only_row(run);
  EXPECT_FALSE(row.baseline);
  EXPECT_EQ(row.measured_ms, 2000);
}

TEST(MeasureRto, OutageBelongsToTheLatestFaultBeforeIt) {
  RecordedRun run = traffic([](double t_ms) {
    const bool out = (t_ms >= 1000 && t_ms < 4000) || (t_ms >= 20'000 && t_ms < 22'000);
    return out ? Fate{Outcome::failed, 0} : Fate{};
  });
  run.faults.push_back(fault_at("g", 19'000, 19'100));
  run.faults.push_back(fault_at("noop", 500, 600));
  run.faults.back().disruptive = false;
  const auto rows = measure_rto(Joined(run));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].measured_ms, 3000);
  EXPECT_EQ(rows[1].fault, "g");
  EXPECT_EQ(rows[1].measured_ms, 2000);
}

TEST(MeasureRto, OfARunbookEachStepIsMeasuredByItself) {
  RecordedRun run = traffic([](double t_ms) {
    const bool out = (t_ms >= 1000 && t_ms < 7000) || (t_ms >= 30'000 && t_ms < 33'000);
    return out ? Fate{Outcome::failed, 0} : Fate{};
  });
  run.faults = {fault_at("book", 0, 50'000)};
  run.faults[0].fault = "runbook";
  const auto step = [&](const char* name, double acted_ms, bool disruptive) {
    StepRecord& record = run.runbook.emplace_back();
    record.step = name;
    record.acted_ms = acted_ms;
    record.disruptive = disruptive;
  };
  step("book.tell", 500, false);
  step("book.over", 900, true);
  step("book.back", 29'000, true);
  step("bookish.over", 29'500, true);
  const auto rows = measure_rto(Joined(run));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].fault, "book.over");
  EXPECT_EQ(rows[0].measured_ms, 6000);
  EXPECT_EQ(rows[1].fault, "book.back");
  EXPECT_EQ(rows[1].measured_ms, 3000);
  run.runbook.clear();  // an older run does not tell them apart
  EXPECT_EQ(only_row(run).fault, "book");
}

TEST(MeasurePhases, EachFromTheOneBeforeAndNullWhereUnknown) {
  const std::vector<RoleChange> roles = {
      {-5, "pg-1", "primary", true},       {-5, "pg-2", "sync", true},
      {1000, "pg-1", "", false},           {1600, "pg-2", "primary", false},
      {1900, "wallet-2", "writer", false}, {9000, "pg-3", "sync", false}};
  Phases phases = measure_phases(roles, 100, 8000, 2500);
  EXPECT_EQ(phases.detect_ms, 900);
  EXPECT_EQ(phases.elect_ms, 600);
  EXPECT_EQ(phases.promote_ms, 300);
  EXPECT_EQ(phases.reconnect_ms, 600);
  phases = measure_phases({}, 100, 8000, 2500);
  EXPECT_FALSE(phases.detect_ms || phases.elect_ms || phases.promote_ms);
  EXPECT_EQ(phases.reconnect_ms, 2400);
  EXPECT_FALSE(phases.marks_to_within_ms);
}

TEST(MeasurePhases, AreKnownAsWellAsTheLeastWellKnownOfTheirMarks) {
  const std::vector<RoleChange> roles = {{-5, "pg-1", "primary", true, 900},
                                         {1000, "pg-1", "", false, 210},
                                         {1600, "pg-2", "primary", false, 250},
                                         {9000, "pg-3", "sync", false, 700}};
  EXPECT_EQ(measure_phases(roles, 100, 8000, 2500).marks_to_within_ms, 250);
}

}  // namespace
}  // namespace rehearse
