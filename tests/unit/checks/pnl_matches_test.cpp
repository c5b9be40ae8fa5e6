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

}  // namespace
}  // namespace rehearse
