#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

TEST(PnlMatches, Events) {
  const RecordedRun honest = honest_run();
  RecordedRun run = honest;
  auto bet = std::ranges::find(*run.books.events, "bet", &LedgerEvent::kind);
  bet->amount_minor += 1;
  EXPECT_EQ(red(run), (Set{"events_complete", "pnl_matches"}));
  bet->amount_minor -= 1;
  bet->kind = "win";
  EXPECT_EQ(red(run), (Set{"events_complete", "pnl_matches"}));
  bet->kind = "bet";
  const LedgerEvent copy = *bet;
  run.books.events->push_back(copy);  // at least once: a copy is fine
  EXPECT_EQ(red(run), Set{});
  run.books.events->push_back(copy);
  run.books.events->back().tx = "t-unheard";
  EXPECT_EQ(red(run), (Set{"events_complete", "pnl_matches"}));
  run = honest;
  run.books.events->erase(std::ranges::find(*run.books.events, "win", &LedgerEvent::kind));
  EXPECT_EQ(red(run), (Set{"events_complete", "pnl_matches", "rpo"}));
}

TEST(PnlMatches, SwappedAmountsWithEqualTotals) {
  RecordedRun run = honest_run();
  auto win = std::ranges::find(*run.books.events, "win", &LedgerEvent::kind);
  win->amount_minor -= 10;
  std::ranges::find(std::next(win), run.books.events->end(), "win", &LedgerEvent::kind)
      ->amount_minor += 10;
  EXPECT_EQ(red(run), (Set{"events_complete", "pnl_matches"}));
}

TEST(PnlMatches, Providers) {
  RecordedRun run = honest_run();
  auto& transfers = *run.books.provider_transfers;
  ProviderTransfer extra = *std::ranges::find(transfers, "in", &ProviderTransfer::direction);
  extra.business_key = "k-nobody";
  transfers.push_back(extra);
  EXPECT_EQ(red(run), (Set{"pnl_matches", "providers_reconciled"}));
  transfers.pop_back();
  std::ranges::find(transfers, "in", &ProviderTransfer::direction)->state = "failed";
  EXPECT_EQ(red(run), (Set{"pnl_matches", "providers_reconciled"}));
}

TEST(PnlMatches, LedgerOutsideTheClientsBounds) {
  RecordedRun run = honest_run();
  for (size_t n = 500; n < 510; ++n) {  // declined to the players, booked all the same
    const uint64_t id = nth(run, OperationKind::bet, n);
    Attempt& attempt = *std::ranges::find(run.history.attempts, id, &Attempt::operation);
    attempt.outcome = Outcome::rejected;
    attempt.amount_minor = 0;
  }
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "pnl_matches"}));
}

TEST(PnlMatches, BookedTwiceUnderOneKey) {
  RecordedRun run = honest_run();
  const std::string bet = key(run, nth(run, OperationKind::bet, 300));
  book_again(run, bet, bet);
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "pnl_matches"}));
  EXPECT_THAT(finding_of(run, "pnl_matches").witnesses.front(),
              testing::HasSubstr("booked twice: tx "));
}

// An operation that was sent again after its answer, and its further attempt.
Attempt& replay_in(Run& run) {
  return *std::ranges::find(run.history.attempts, 3U, &Attempt::number);
}

TEST(PnlMatches, AskedAgainAndToldSomethingElse) {
  const RecordedRun honest = honest_run();
  RecordedRun run = honest;
  replay_in(run).amount_minor += 1;
  EXPECT_EQ(red(run), Set{"pnl_matches"});
  run = honest;
  replay_in(run).seq += 1;
  EXPECT_EQ(red(run), (Set{"pnl_matches", "single_writer"}));
  run = honest;  // whatever becomes of a further attempt, the operation was done
  replay_in(run).outcome = Outcome::unknown;
  EXPECT_EQ(red(run), Set{});
}

TEST(PnlMatches, DoneAndDeclinedUnderOneKey) {
  const RecordedRun honest = honest_run();
  RecordedRun run = honest;
  replay_in(run).outcome = Outcome::rejected;
  EXPECT_EQ(red(run), Set{"pnl_matches"});
  EXPECT_THAT(
      finding_of(run, "pnl_matches").witnesses,
      testing::Contains(testing::HasSubstr("done by attempt 1, and declined () by attempt 3")));
  run = honest;  // a payment that was accepted may be declined later
  for (const auto& [n, state] : {std::pair{5, "settled"}, {4, "declined"}}) {
    const uint64_t payout = nth(run, OperationKind::payout, static_cast<size_t>(n));
    ASSERT_EQ(intent_of(run, key(run, payout)).state, state);
    Attempt again = attempt_of(run, payout);
    again.number = 2;
    again.outcome = Outcome::rejected;
    again.answered_ns += 1'000'000;
    run.history.attempts.push_back(again);
  }
  EXPECT_EQ(finding_of(run, "pnl_matches").violations, 1);
}

// The last payment and its events: the ledger lost them, by a suffix that its target allows.
TEST(PnlMatches, LossWithinTargetIsListed) {
  RecordedRun run = honest_run();
  uint64_t last = 0;
  for (const Operation& operation : run.history.operations)
    if (operation.kind == OperationKind::deposit) last = operation.id;
  const std::string lost = key(run, last);
  std::erase_if(*run.books.ledger_entries,
                [&](const LedgerEntry& entry) { return entry.key.starts_with(lost); });
  std::erase_if(*run.books.intents,
                [&](const Intent& intent) { return intent.key.starts_with(lost); });
  run.checks = {"pnl_matches"};
  EXPECT_EQ(red(run), Set{"pnl_matches"});
  for (Attempt& attempt : run.history.attempts)  // nobody heard of anything later
    if (attempt.operation > last + 1) attempt.outcome = Outcome::unknown;
  run.faults[0].effective_ms = 60'000;
  run.targets.rpo_ms["ledger"] = 60'000;
  const Finding finding = finding_of(run, "pnl_matches");
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.witnesses.front();
  EXPECT_THAT(finding.summary, testing::HasSubstr("2 within target, listed"));
}

}  // namespace
}  // namespace rehearse
