// Alarms against what players felt: bets once in 20 ms, out for some time, and alerts beside it.
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "checks/check.hpp"
#include "checks/joined.hpp"
#include "synthetic.hpp"

namespace rehearse {

Finding examine_alerts_fired(const Joined& joined);

namespace {

using synthetic::at_ns;
using synthetic::RecordedRun;

// Bets from -20 s to 60 s that fail from t = 50 ms until `back_ms`.
RecordedRun bets_out_until(double back_ms) {
  RecordedRun run;
  run.history.zero_ns = synthetic::zero_ns;
  run.zero_wall_ns = 1'769'860'800'000'000'000;
  run.steady_from_ms = -20'000;
  run.arrivals_end_ms = 60'000;
  run.targets.rto_ms["bet"] = 60'000;
  FaultRecord fault;
  fault.id = "az";
  fault.injected_ms = 0;
  fault.effective_ms = 50;
  fault.healed_ms = 40'000;
  fault.evidence = {{"it", "did"}};
  run.faults.push_back(fault);
  for (double t_ms = -20'000; t_ms < 60'000; t_ms += 20) {
    Operation operation;
    operation.id = run.history.operations.size();
    operation.intended_ns = at_ns(t_ms);
    run.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.intended_ns = attempt.sent_ns = at_ns(t_ms);
    const bool out = t_ms >= 50 && t_ms < back_ms;
    attempt.outcome = out ? Outcome::failed : Outcome::ok;
    attempt.answered_ns = at_ns(t_ms + 5);
    run.history.attempts.push_back(attempt);
  }
  run.books.alerts.emplace();
  return run;
}

void fired(RecordedRun& run, const std::string& alert, double from_s, double to_s) {
  const auto text = [&](double s) {
    return rfc3339(run.zero_wall_ns + static_cast<int64_t>(s * 1e9));
  };
  run.books.alerts->push_back({alert, "", text(from_s), text(to_s), "prometheus-1"});
}

Finding examined(const RecordedRun& run) {
  return examine_alerts_fired(Joined(run));
}

TEST(AlertsFired, PassesWhenAnAlarmRangInTheOutage) {
  auto run = bets_out_until(20'000);
  fired(run, "Watchdog", -30, 70);
  fired(run, "NoBets", 6, 22);
  const Finding finding = examined(run);
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.summary;
  EXPECT_EQ(finding.examined, 2);
}

TEST(AlertsFired, FailsWhenNobodyWasWoken) {
  auto run = bets_out_until(20'000);
  fired(run, "Watchdog", -30, 70);
  fired(run, "NoBets", 25, 30);  // too late: it was over
  const Finding finding = examined(run);
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_EQ(finding.violations, 1);
}

TEST(AlertsFired, WhatRangBeforeAnybodyPlayedIsNotOfTheRunUnlessItGoesOn) {
  auto run = bets_out_until(0);
  fired(run, "Watchdog", -30, 70);
  fired(run, "RoleChange", -22, 2);
  EXPECT_EQ(examined(run).verdict, Verdict::pass);
  fired(run, "NodeDown", -22, 40);
  EXPECT_EQ(examined(run).violations, 1);
}

TEST(AlertsFired, FailsWhenAnAlarmRangForNothing) {
  auto run = bets_out_until(0);
  fired(run, "Watchdog", -30, 70);
  fired(run, "WalletSlow", -6, -2);
  EXPECT_EQ(examined(run).verdict, Verdict::fail);
}

TEST(AlertsFired, AllowsWhatTellsOfTheWarmUpUnlessItGoesOn) {
  auto run = bets_out_until(0);
  fired(run, "Watchdog", -30, 70);
  fired(run, "WalletSlow", -14, -8);
  EXPECT_EQ(examined(run).verdict, Verdict::pass);
  fired(run, "RejectedBets", -14, 1);
  EXPECT_EQ(examined(run).verdict, Verdict::fail);
}

TEST(AlertsFired, AllowsWhatRangWhileTheStackCameUp) {
  auto run = bets_out_until(0);
  fired(run, "Watchdog", -30, 70);
  fired(run, "NodeDown", -25, -12);
  EXPECT_EQ(examined(run).verdict, Verdict::pass);
}

TEST(AlertsFired, ShortOutagesNeedNoAlarm) {
  auto run = bets_out_until(5'000);
  fired(run, "Watchdog", -30, 70);
  EXPECT_EQ(examined(run).verdict, Verdict::pass);
}

TEST(AlertsFired, CannotSayWhereNobodyWatched) {
  auto run = bets_out_until(20'000);
  fired(run, "Watchdog", -30, 1);
  fired(run, "Watchdog", 40, 70);
  EXPECT_EQ(examined(run).verdict, Verdict::inconclusive);
  // Another copy did.
  fired(run, "Watchdog", -30, 70);
  EXPECT_EQ(examined(run).verdict, Verdict::fail);
}

TEST(AlertsFired, CannotSayWithoutTheBook) {
  auto run = bets_out_until(20'000);
  run.books.alerts.reset();
  EXPECT_EQ(examined(run).verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
