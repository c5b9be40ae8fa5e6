// Recovery point and figures: nothing lost, a lost suffix, a hole; profit and loss; load.
#include <gtest/gtest.h>

#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

// Bets every 10 ms, acknowledged with seq = 2 * id + 1, epoch 1 up to the fault at 1 s, then 2.
// Those in [lost_from, lost_to) are not in the books.
Run bets_with_loss(uint64_t lost_from, uint64_t lost_to) {
  RecordedRun run;
  run.history.run_key = "k";
  run.history.zero_ns = zero_ns;
  run.capabilities = {"ledger", "intents"};
  run.targets.rpo_ms["ledger"] = 0;
  FaultRecord fault;
  fault.injected_ms = 990;
  fault.effective_ms = 1000;
  run.faults.push_back(fault);
  run.books.ledger_entries.emplace();
  run.books.intents.emplace();
  for (uint64_t id = 0; id < 200; ++id) {
    Operation operation;
    operation.id = id;
    operation.amount_minor = 100;
    run.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = id;
    attempt.outcome = Outcome::ok;
    attempt.amount_minor = 100;
    attempt.sent_ns = at_ns(static_cast<double>(id) * 10);
    attempt.answered_ns = at_ns(static_cast<double>(id) * 10 + 5);
    attempt.seq = static_cast<int64_t>(2 * id + 1);
    attempt.epoch = attempt.timeline = id < 100 ? 1 : 2;
    run.history.attempts.push_back(attempt);
    if (id >= lost_from && id < lost_to) continue;
    LedgerEntry entry;
    entry.key = entry.tx = key_of("k", id);
    entry.account = "player:p0000:cash:EUR";
    entry.currency = "EUR";
    entry.kind = "bet";
    entry.amount_minor = -100;
    run.books.ledger_entries->push_back(entry);
  }
  return run;
}

RpoRow ledger_of(const Run& run) {
  return measure_rpo(Joined(run)).at(0);
}

TEST(MeasureRpo, NothingLost) {
  const RpoRow row = ledger_of(bets_with_loss(0, 0));
  EXPECT_EQ(row.lost_count, 0);
  EXPECT_EQ(row.lost_ms, 0);
  EXPECT_TRUE(row.lost_money.empty());
  EXPECT_EQ(row.verdict, Verdict::pass);
}

TEST(MeasureRpo, LostSuffix) {
  RecordedRun run = bets_with_loss(90, 100);  // the last ten before the fault
  RpoRow row = ledger_of(run);
  EXPECT_EQ(row.lost_count, 10);
  EXPECT_EQ(row.holes, 0);
  EXPECT_DOUBLE_EQ(*row.lost_ms, 1000 - 905);  // oldest lost ack to the fault
  ASSERT_EQ(row.lost_money.size(), 1U);
  EXPECT_TRUE(row.lost_money[0].minor == 1000);
  EXPECT_EQ(row.lost_keys.front(), "k-000090");
  EXPECT_EQ(row.verdict, Verdict::fail);
  run.targets.rpo_ms["ledger"] = 94;
  EXPECT_EQ(ledger_of(run).verdict, Verdict::fail);
  run.targets.rpo_ms["ledger"] = 95;
  EXPECT_EQ(ledger_of(run).verdict, Verdict::pass);
  run.checks = {"no_lost_writes"};
  const Finding listed = examine_all(run).at(0);
  EXPECT_EQ(listed.verdict, Verdict::pass);
  EXPECT_EQ(listed.witnesses.size(), 10U);  // listed, not hidden
}

// A deposit that was credited and published, and whose player had not been told yet.
TEST(MeasureRpo, WhatNobodyWasToldIsLostWithTheRest) {
  RecordedRun run = bets_with_loss(90, 100);
  run.zero_wall_ns = 1'769'860'800 * ns_per_s;
  const auto told = [&](const char* at) { return Joined(run).loss.explains("k-untold", at); };
  EXPECT_FALSE(told("2026-01-31T12:00:00.950Z")) << "no loss is allowed";
  run.targets.rpo_ms["ledger"] = 95;
  EXPECT_TRUE(told("2026-01-31T12:00:00.950Z"));
  EXPECT_FALSE(told("2026-01-31T12:00:00.850Z")) << "before the first that was lost";
  EXPECT_FALSE(told("")) << "at no time";
  LedgerEntry& newer = run.books.ledger_entries->emplace_back(run.books.ledger_entries->back());
  newer.timeline = 9, newer.epoch = 9, newer.committed_at = "2026-01-31T12:00:01.000Z";
  EXPECT_TRUE(told("2026-01-31T12:00:00.950Z"));
  EXPECT_FALSE(told("2026-01-31T12:00:01.000Z")) << "of the next writer nothing is lost";
}

TEST(MeasureRpo, WhatOnlyADeposedPrimaryHadIsTold) {
  RecordedRun run = bets_with_loss(90, 100);
  run.checks = {"no_lost_writes"};
  const auto entry = [](const char* key, const char* account, int64_t minor) {
    return DeposedEntry{"postgres-1", "main", 100, std::string("t-") + key, key, account, "EUR",
                        minor,        "bet",  ""};
  };
  run.books.deposed_entries = {{entry("k-000090", "house", 100), entry("k-000090", "p1", -100),
                                entry("k-untold", "house", 50), entry("k-untold", "p2", -50)}};
  const Finding found = examine_all(run).at(0);
  EXPECT_NE(found.summary.find("; only deposed primaries had 2 transactions, 1.50 EUR"),
            std::string::npos)
      << found.summary;
  EXPECT_NE(found.witnesses[0].find("not in the books, only postgres-1 had it"), std::string::npos)
      << found.witnesses[0];
  EXPECT_EQ(found.witnesses[1].find("postgres-1"), std::string::npos);
}

TEST(MeasureRpo, LostAfterTheFaultCountsToTheLastAcknowledgement) {
  RecordedRun run = bets_with_loss(90, 100);
  run.faults[0].effective_ms = 950;  // the old writer went on acknowledging
  EXPECT_DOUBLE_EQ(*ledger_of(run).lost_ms, 995 - 905);
}

TEST(MeasureRpo, HolesFailWhateverTheTarget) {
  RecordedRun run = bets_with_loss(90, 95);  // 95 to 99, of the same epoch, survived
  run.targets.rpo_ms["ledger"] = 1'000'000;
  RpoRow row = ledger_of(run);
  EXPECT_EQ(row.lost_count, 5);
  EXPECT_EQ(row.holes, 5);
  EXPECT_EQ(row.verdict, Verdict::fail);
  run.checks = {"no_lost_writes", "rpo"};
  EXPECT_EQ(red(run), (std::set<std::string>{"no_lost_writes", "rpo"}));
}

// The other region came to the same timeline and epoch by itself: what it wrote is no later write
// of the one that was lost.
TEST(MeasureRpo, AnotherRegionsWritesMakeNoHoles) {
  RecordedRun run = bets_with_loss(90, 100);
  for (Attempt& attempt : run.history.attempts) {
    attempt.region_term = attempt.epoch == 1 ? 1 : 2;
    attempt.epoch = attempt.timeline = 3;
  }
  EXPECT_EQ(ledger_of(run).lost_count, 10);
  EXPECT_EQ(ledger_of(run).holes, 0);
}

TEST(MeasureRpo, HoleByTimeWhereTheAnswerHasNoSequence) {
  RecordedRun run = bets_with_loss(90, 91);
  run.history.attempts[90].seq = 0;
  run.history.attempts[90].epoch = run.history.attempts[90].timeline = 0;
  EXPECT_EQ(ledger_of(run).holes, 1);
}

TEST(MeasureRpo, UnansweredIsNotLost) {
  RecordedRun run = bets_with_loss(90, 100);
  for (uint64_t id = 90; id < 100; ++id) run.history.attempts[id].outcome = Outcome::unknown;
  EXPECT_EQ(ledger_of(run).lost_count, 0);
}

TEST(MeasureRpo, WithoutBooksItIsNull) {
  RecordedRun run = bets_with_loss(0, 0);
  run.books.ledger_entries.reset();
  EXPECT_FALSE(ledger_of(run).lost_count);
  EXPECT_EQ(ledger_of(run).verdict, Verdict::inconclusive);
  EXPECT_FALSE(measure_rpo(Joined(run)).at(2).lost_count);
  EXPECT_EQ(measure_rpo(Joined(run)).at(2).verdict, Verdict::not_applicable);
}

RpoRow reporting_of(const Run& run) {
  return measure_rpo(Joined(run)).at(2);
}

TEST(MeasureRpo, TheLagAtTheFaultIsTheAgeOfWhatWasNotThereYet) {
  RecordedRun run = honest_run();  // all committed at t = 0, the fault is at 50 ms
  add_reporting(run, 1000);
  EXPECT_DOUBLE_EQ(*reporting_of(run).lag_at_fault_ms, 50);
  EXPECT_EQ(reporting_of(run).verdict, Verdict::pass);
  run.targets.rpo_ms["reporting"] = 49;
  EXPECT_EQ(reporting_of(run).verdict, Verdict::fail);
  EXPECT_EQ(reporting_of(run).lost_count, 0) << "all of it came later";
}

TEST(MeasureRpo, WhatWasThereBeforeTheFaultIsNoLag) {
  RecordedRun run = honest_run();
  add_reporting(run, 40);
  EXPECT_DOUBLE_EQ(*reporting_of(run).lag_at_fault_ms, 0);
  run.faults[0].effective_ms = 30;
  EXPECT_DOUBLE_EQ(*reporting_of(run).lag_at_fault_ms, 30);
}

TEST(MeasureRpo, OneCopyOfTheReportingIsEnough) {
  RecordedRun run = honest_run();
  add_reporting(run, 40);
  for (ReportingRow& row : *run.books.reporting)
    if (row.node == "clickhouse-2") row.loaded_at = "2026-01-31T13:00:00.000Z";
  EXPECT_DOUBLE_EQ(*reporting_of(run).lag_at_fault_ms, 0);
}

TEST(MeasureRpo, WholeSecondsAreTakenAtTheirEnd) {
  RecordedRun run = honest_run();
  add_reporting(run);
  for (ReportingRow& row : *run.books.reporting) row.loaded_at = "2026-01-31T12:00:00Z";
  EXPECT_DOUBLE_EQ(*reporting_of(run).lag_at_fault_ms, 50);
}

TEST(MeasureRpo, ALagThatCannotBeToldIsNoPass) {
  RecordedRun run = honest_run();
  add_reporting(run);
  run.books.reporting->front().loaded_at = "yesterday";
  EXPECT_FALSE(reporting_of(run).lag_at_fault_ms);
  EXPECT_EQ(reporting_of(run).verdict, Verdict::inconclusive);
  run.faults.clear();
  EXPECT_EQ(reporting_of(run).verdict, Verdict::pass) << "nothing happened";
}

TEST(MeasureRpo, EventsHaveALagTooButOnlyLossCounts) {
  RecordedRun run = honest_run();
  add_reporting(run);
  for (LedgerEvent& event : *run.books.events) event.published_at = "2026-01-31T12:00:00.100Z";
  const RpoRow row = measure_rpo(Joined(run)).at(1);
  EXPECT_DOUBLE_EQ(*row.lag_at_fault_ms, 50);
  EXPECT_EQ(row.verdict, Verdict::pass) << "what is on its way waits in the ledger's own books";
}

// The log of a region that was away gets only then what the other one has had for long.
TEST(MeasureRpo, AnEventIsThereOnceTheFirstOfAllLogsHasIt) {
  RecordedRun run = honest_run();
  add_reporting(run);
  for (LedgerEvent& event : *run.books.events) {
    event.published_at = "2026-01-31T12:10:00.000Z";
    event.first_at = "2026-01-31T12:00:00.000Z";
  }
  EXPECT_DOUBLE_EQ(*measure_rpo(Joined(run)).at(1).lag_at_fault_ms, 0);
}

TEST(MeasurePnl, ReportingIsASourceOfItsOwn) {
  RecordedRun run = honest_run();
  add_reporting(run);
  PnlRow row = measure_pnl(Joined(run)).at(0);
  ASSERT_TRUE(row.reporting);
  EXPECT_TRUE(*row.reporting == *row.ledger) << "two copies and each transaction once";
  std::erase_if(*run.books.reporting, [](const ReportingRow& r) { return r.kind == "win"; });
  EXPECT_FALSE(*measure_pnl(Joined(run)).at(0).reporting == *row.ledger);
}

TEST(MeasurePnl, SourcesAgreeOnAnHonestRun) {
  const auto rows = measure_pnl(Joined(honest_run()));
  ASSERT_EQ(rows.size(), 1U);
  const PnlRow& row = rows[0];
  EXPECT_EQ(row.currency, "EUR");
  EXPECT_TRUE(*row.ledger == row.bets_minor - row.wins_minor);
  EXPECT_TRUE(*row.ledger == *row.events);
  EXPECT_TRUE(*row.ledger == *row.clients_acked + 100);  // one bet was done, though unanswered
  EXPECT_TRUE(*row.clients_upper == *row.clients_acked + 200);
  EXPECT_TRUE(*row.clients_lower == *row.clients_acked);
  EXPECT_FALSE(row.reporting || row.providers);
}

// A ledger of one transaction of each kind that makes revenue or costs some.
RecordedRun revenue(std::string_view currency) {
  RecordedRun run = bets_with_loss(0, 0);
  auto& entries = run.books.ledger_entries.emplace();
  const std::string cur(currency), cash = "player:p0001:cash:" + cur,
                                   bonus = "player:p0001:bonus:" + cur,
                                   games = "house:games:" + cur, pool = "jackpot:mega:" + cur;
  const auto post = [&](const std::string& kind,
                        const std::vector<std::pair<std::string, int64_t>>& legs) {
    for (const auto& [account, minor] : legs) {
      LedgerEntry& entry = entries.emplace_back();
      entry.seq = static_cast<int64_t>(entries.size());
      entry.tx = entry.key = kind;
      entry.kind = kind;
      entry.account = account;
      entry.currency = cur;
      entry.amount_minor = minor;
    }
  };
  post("opening", {{"house:capital:" + cur, -5'000}, {pool, 5'000}});
  post("bonus_grant", {{"house:bonus:" + cur, -300}, {bonus, 300}});
  post("bet", {{cash, -900}, {bonus, -100}, {games, 990}, {pool, 10}});
  post("win", {{games, -200}, {cash, 180}, {bonus, 20}});
  post("round_void", {{games, -50}, {cash, 50}});
  post("bonus_win", {{"house:bonus:" + cur, -30}, {bonus, 30}});
  post("jackpot_win", {{pool, -4}, {cash, 4}});
  post("bonus_expiry", {{bonus, -100}, {"house:bonus:" + cur, 100}});
  post("deposit", {{"psp:psp-a:" + cur, -990}, {"house:fees:" + cur, -10}, {cash, 1'000}});
  post("chargeback", {{cash, -60}, {"house:chargebacks:" + cur, -40}, {"psp:psp-a:" + cur, 100}});
  return run;
}

TEST(MeasurePnl, NetIsGrossLessWhatItCost) {
  const RecordedRun run = revenue("USDT");
  const auto rows = measure_pnl(Joined(run));
  const auto row = std::ranges::find(rows, "USDT", &PnlRow::currency);
  ASSERT_NE(row, rows.end());
  EXPECT_EQ(row->exponent, 6);
  EXPECT_TRUE(row->bets_minor == 950);
  EXPECT_TRUE(row->wins_minor == 234);
  EXPECT_TRUE(*row->ledger == 716);
  EXPECT_TRUE(row->bonuses_minor == 200);  // granted less expired; the bonus win is a winning
  EXPECT_TRUE(row->jackpots_minor == 6);
  EXPECT_TRUE(row->fees_minor == 10);
  EXPECT_TRUE(row->chargebacks_minor == 40);
  EXPECT_TRUE(*row->ngr == 460);
  Int128 house = 0;  // the same, from the other side: what the house's own accounts gained
  for (const LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.account.starts_with("house:") && entry.kind != "opening") house += entry.amount_minor;
  }
  EXPECT_TRUE(*row->ngr == house);
}

TEST(LedgerView, SaysWhatEachKindMoved) {
  const RecordedRun run = revenue("EUR");
  const Joined joined(run);
  const auto moved = [&](std::string_view tx) {
    return static_cast<int64_t>(moved_minor(*joined.ledger.find_tx(tx)));
  };
  EXPECT_EQ(moved("opening"), 5'000);  // of a pool
  EXPECT_EQ(moved("bet"), 1'000);
  EXPECT_EQ(moved("win"), 200);
  EXPECT_EQ(moved("deposit"), 1'000);   // before the provider's fee
  EXPECT_EQ(moved("chargeback"), 100);  // though the player had only a part of it
  EXPECT_EQ(moved("bonus_expiry"), 100);
}

TEST(MeasureLoad, ExactPercentilesByNearestRank) {
  RecordedRun run = bets_with_loss(0, 0);
  for (Attempt& attempt : run.history.attempts) {
    attempt.intended_ns = attempt.sent_ns - 1'000'000 * static_cast<int64_t>(attempt.operation);
  }
  run.load.lateness_us = {5, 1, 3};
  const LoadStats load = measure_load(Joined(run));
  ASSERT_EQ(load.operations.size(), 1U);
  EXPECT_EQ(load.sent, 200);
  EXPECT_EQ(load.ok, 200);
  EXPECT_DOUBLE_EQ(*load.operations[0].p50_ms, 99 + 5);
  EXPECT_DOUBLE_EQ(*load.operations[0].p95_ms, 189 + 5);
  EXPECT_DOUBLE_EQ(*load.operations[0].p99_ms, 197 + 5);
  EXPECT_DOUBLE_EQ(*load.operations[0].max_ms, 199 + 5);
  EXPECT_DOUBLE_EQ(*load.operations[0].service_p99_ms, 5);
  EXPECT_DOUBLE_EQ(*load.lateness_p99_us, 5);
}

}  // namespace
}  // namespace rehearse
