// The checks on the kinds beyond bets and payments: green on an honest run that has them, red when
// one of their promises is broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using enum OperationKind;
using Set = std::set<std::string>;
using testing::HasSubstr;

constexpr double later_ms = 50'000;  // long after the fault
const std::string cash = "player:p0003:cash:EUR", games = "house:games:EUR";

// Adds to a run, at its end, what another part of the casino did.
class More {
 public:
  explicit More(Run& run) : run_(run) {}

  uint64_t operation(OperationKind kind, int64_t amount, uint64_t related = 0) {
    Operation operation;
    operation.id = run_.history.operations.size();
    operation.kind = kind;
    operation.player = 3;
    operation.amount_minor = amount;
    operation.related = related;
    operation.intended_ns = at_ns(later_ms);
    run_.history.operations.push_back(operation);
    return operation.id;
  }
  void attempt(uint64_t id, Outcome outcome, int64_t amount = 0) {
    Attempt attempt;
    attempt.operation = id;
    attempt.number = 1;
    attempt.outcome = outcome;
    attempt.intended_ns = attempt.sent_ns = at_ns(later_ms);
    if (outcome == Outcome::ok || outcome == Outcome::rejected)
      attempt.answered_ns = at_ns(later_ms + 5);
    attempt.amount_minor = amount;
    run_.history.attempts.push_back(attempt);
  }
  uint64_t told(OperationKind kind, int64_t amount, uint64_t related = 0) {
    const uint64_t id = operation(kind, amount, related);
    attempt(id, Outcome::ok, amount);
    return id;
  }
  // A transaction under KEY:STEP with its event and intent.
  void post(uint64_t id, const std::string& step, const std::string& kind,
            const std::vector<std::pair<std::string, int64_t>>& legs) {
    const std::string under = key(run_, id) + (step.empty() ? "" : ":" + step);
    const std::string tx = "more-" + under;
    auto& entries = *run_.books.ledger_entries;
    int64_t moved = 0;
    for (const auto& [account, amount] : legs) {
      LedgerEntry entry = entries.back();
      entry.seq = entries.back().seq + 1;
      entry.tx = tx;
      entry.key = under;
      entry.account = account;
      entry.currency = account.substr(account.rfind(':') + 1);
      entry.amount_minor = amount;
      entry.version = 1;
      for (const LedgerEntry& other : entries)
        if (other.account == account) entry.version = *other.version + 1;
      entry.kind = kind;
      entry.round = "";
      if (account.find("player:") == 0 && account.find(":held:") == std::string::npos && moved == 0)
        moved = std::abs(amount);
      entries.push_back(entry);
    }
    const std::string currency = legs.front().first.substr(legs.front().first.rfind(':') + 1);
    run_.books.events->push_back(
        {"ledger", 0, 100'000 + entries.back().seq, under, tx, kind, moved, currency, ""});
    run_.books.intents->push_back({under, kind, "p0003", "", moved, currency, "ok", ""});
  }
  void finish() {
    rechain(run_);
    recount(run_);
  }

 private:
  Run& run_;
};

struct Ids {
  uint64_t won = 0, won_settled = 0, voided = 0, convert = 0, payout = 0, cancel = 0, cashout = 0,
           credit = 0;
};

RecordedRun whole_run(Ids& ids) {
  RecordedRun run = honest_run();
  More more(run);
  ids.won = more.told(spin, 100);
  more.post(ids.won, "bet", "bet", {{cash, -100}, {games, 100}});
  more.post(ids.won, "win1", "win", {{games, -30}, {cash, 30}});
  more.post(ids.won, "win2", "win", {{games, -50}, {cash, 50}});
  more.post(ids.won, "bonus", "bonus_win",
            {{"house:bonus:EUR", -20}, {"player:p0003:bonus:EUR", 20}});
  ids.won_settled = more.told(spin_settled, 100, ids.won);
  ids.voided = more.told(spin, 70);
  more.post(ids.voided, "bet", "bet", {{cash, -70}, {games, 70}});
  more.post(ids.voided, "void", "round_void", {{games, -70}, {cash, 70}});
  more.told(spin_settled, 70, ids.voided);
  ids.convert = more.told(convert, 500);
  run.history.operations.back().currency_to = Currency::USDT;
  more.post(ids.convert, "", "conversion",
            {{cash, -500},
             {"house:fx:EUR", 500},
             {"house:fx:USDT", -5'400'000},
             {"player:p0003:cash:USDT", 5'400'000}});
  ids.payout = more.told(payout, 300);
  const std::string held = "player:p0003:held:EUR";
  run.books.intents->push_back(
      {key(run, ids.payout), "payout", "p0003", key(run, ids.payout), 300, "EUR", "declined", ""});
  more.post(ids.payout, "hold", "hold", {{cash, -300}, {held, 300}});
  more.post(ids.payout, "release", "release", {{held, -300}, {cash, 300}});
  ids.cancel = more.told(cancel, 300, ids.payout);
  ids.cashout = more.told(lifeline, 250);
  run.books.intents->push_back({key(run, ids.cashout), "payout", "p0003", key(run, ids.cashout),
                                250, "EUR", "declined", ""});
  more.post(ids.cashout, "hold", "hold", {{cash, -250}, {held, 250}});
  more.post(ids.cashout, "release", "release", {{held, -250}, {cash, 250}});
  more.told(lifeline, 0);  // a look
  more.told(session, 0);
  ids.credit = more.told(credit, 10'000);
  more.finish();
  return run;
}

std::string first_of(const RecordedRun& run, std::string_view check) {
  const Finding finding = finding_of(run, check);
  EXPECT_EQ(finding.verdict, Verdict::fail) << check;
  return finding.witnesses.empty() ? "" : finding.witnesses.front();
}
// Takes out of the ledger what is under a key, as if it had never been written.
void forget(RecordedRun& run, const std::string& key) {
  std::erase_if(*run.books.ledger_entries,
                [&](const LedgerEntry& entry) { return entry.key == key; });
}

TEST(WholeCasino, AnHonestRunIsGreen) {
  Ids ids;
  const RecordedRun run = whole_run(ids);
  EXPECT_EQ(red(run), Set{});
  EXPECT_EQ(finding_of(run, "no_lost_writes").verdict, Verdict::pass);
  EXPECT_EQ(finding_of(run, "no_phantom_writes").verdict, Verdict::pass);
  EXPECT_EQ(finding_of(run, "pnl_matches").verdict, Verdict::pass);
}

TEST(WholeCasino, ALostSpinIsALostWrite) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  forget(run, key(run, ids.won) + ":bet");
  EXPECT_THAT(first_of(run, "no_lost_writes"), HasSubstr(":bet spin of p0003"));
  const Joined joined(run);
  ASSERT_EQ(joined.loss.lost.size(), 1u);
  EXPECT_EQ(joined.loss.lost[0].amount_minor, 100);
}

TEST(WholeCasino, ARoundMustHaveGivenBackWhatItsPlayerWasTold) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  forget(run, key(run, ids.won) + ":win2");
  EXPECT_THAT(first_of(run, "no_lost_writes"),
              HasSubstr("spin_settled of p0003: told 1.00 EUR, the ledger gave back 0.50 EUR"));
  run = whole_run(ids);
  forget(run, key(run, ids.voided) + ":void");
  EXPECT_THAT(first_of(run, "no_lost_writes"), HasSubstr("spin_settled of p0003"));
}

TEST(WholeCasino, AConversionIsWhatWasAskedFor) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  forget(run, key(run, ids.convert));
  EXPECT_THAT(first_of(run, "no_lost_writes"), HasSubstr("convert of p0003"));
  run = whole_run(ids);
  run.history.operations[ids.convert].amount_minor = 400;
  EXPECT_THAT(first_of(run, "no_phantom_writes"), HasSubstr("4.00 EUR was asked for"));
}

TEST(WholeCasino, ACancelledPayoutWasReleased) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  forget(run, key(run, ids.payout) + ":release");
  EXPECT_THAT(first_of(run, "no_lost_writes"), HasSubstr(":release cancel of p0003"));
}

TEST(WholeCasino, ACashoutThroughTheLifelineIsAPayout) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  std::erase_if(*run.books.intents,
                [&](const Intent& intent) { return intent.key == key(run, ids.cashout); });
  EXPECT_THAT(first_of(run, "no_lost_writes"), HasSubstr("lifeline of p0003"));
}

TEST(WholeCasino, WhatARoundNeverHasIsAPhantom) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  book_again(run, key(run, ids.won) + ":win1", key(run, ids.won) + ":gift");
  EXPECT_THAT(first_of(run, "no_phantom_writes"), HasSubstr("no step of a spin"));
}

TEST(WholeCasino, AWinTwiceIsSeenByKeyAndBySum) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  book_again(run, key(run, ids.won) + ":win1", key(run, ids.won) + ":win3");
  EXPECT_THAT(first_of(run, "no_lost_writes"), HasSubstr("the ledger gave back 1.30 EUR"));
  run = whole_run(ids);
  book_again(run, key(run, ids.won) + ":win1", key(run, ids.won) + ":win1");
  EXPECT_THAT(first_of(run, "no_phantom_writes"), HasSubstr("booked before"));
}

TEST(WholeCasino, AnUnansweredSpinIsResolved) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  More more(run);
  const uint64_t silent = more.operation(spin, 60);
  more.attempt(silent, Outcome::unknown);
  EXPECT_EQ(finding_of(run, "unknown_resolved").verdict, Verdict::pass);
  run.books.intents->push_back(
      {key(run, silent) + ":bet", "bet", "p0003", "", 60, "EUR", "sending", ""});
  EXPECT_THAT(first_of(run, "unknown_resolved"), HasSubstr("still 'sending'"));
}

TEST(WholeCasino, AnOpenRoundLeavesNoLowerBound) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  const auto row = [&] { return measure_pnl(Joined(run)).front(); };
  ASSERT_TRUE(row().clients_lower);
  EXPECT_EQ(*row().clients_lower, *row().clients_upper - 200);  // two bets of 1.00 unanswered
  run.history.operations[ids.won_settled].kind = balance;       // nobody looked
  EXPECT_FALSE(row().clients_lower);
  ASSERT_TRUE(row().clients_upper);
  EXPECT_LE(*row().ledger, *row().clients_upper);
  // The upper bound still binds.
  EXPECT_EQ(finding_of(run, "pnl_matches").verdict, Verdict::pass);
  forget(run, key(run, ids.won) + ":win1");
  forget(run, key(run, ids.won) + ":win2");
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.key == key(run, ids.won) + ":bet") entry.amount_minor *= 100;
  }
  EXPECT_NE(finding_of(run, "pnl_matches").verdict, Verdict::pass);
}

TEST(WholeCasino, RecoveryOfANewKindIsJudged) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  run.targets.rto_ms = {{"spin", 1'000}};
  EXPECT_EQ(finding_of(run, "rto").verdict, Verdict::not_applicable);  // few tried in a long time
  run.targets.rto_ms = {{"spin", 600'000}};
  EXPECT_EQ(finding_of(run, "rto").verdict, Verdict::pass);
  More more(run);
  const uint64_t silent = more.operation(spin, 60);
  more.attempt(silent, Outcome::unknown);
  EXPECT_NE(finding_of(run, "rto").verdict, Verdict::pass);
}

TEST(WholeCasino, ApprovalIsAFloor) {
  Ids ids;
  RecordedRun run = whole_run(ids);
  More more(run);
  for (int i = 0; i < 21; ++i)  // decided, and the answer is no in eleven
    more.attempt(more.operation(credit, 5'000), Outcome::ok, i % 2 == 0 ? 0 : 5'000);
  run.targets.slo = {{"credit_approved", "after", 0.5}};
  const auto row = [&] {
    const Joined joined(run);
    return measure_slo(joined, measure_rto(joined)).front();
  };
  EXPECT_EQ(row().attempts, 22);
  EXPECT_DOUBLE_EQ(*row().measured, 0.5);
  EXPECT_EQ(row().verdict, Verdict::pass);
  run.targets.slo[0].limit = 0.6;
  EXPECT_EQ(row().verdict, Verdict::inconclusive);  // missed, but it may be chance
  run.targets.slo[0].limit = 0.8;
  EXPECT_EQ(row().verdict, Verdict::fail);
}

}  // namespace
}  // namespace rehearse
