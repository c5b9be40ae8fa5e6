// No balance below zero: in the ledger's order, and as clients were shown it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

// Moves the first opening, of p0000, to the ledger's end: until then it has what it does not have.
void open_last(Run& run) {
  auto& entries = *run.books.ledger_entries;
  std::rotate(entries.begin(), entries.begin() + 2, entries.end());
  int64_t seq = 0;
  for (LedgerEntry& entry : entries) entry.seq = ++seq;
  run.capabilities = {"ledger"};
}

TEST(NoOverspend, BetBeforeTheMoneyWasThere) {
  RecordedRun run = honest_run();
  open_last(run);
  const Finding finding = finding_of(run, "no_overspend");
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.witnesses.front(),
              testing::HasSubstr("player:p0000:cash:EUR: bet k7f3a9c21-000000 takes 1.00 EUR of "
                                 "0.00 EUR"));
}

TEST(NoOverspend, PaidOutWithoutAHold) {
  RecordedRun run = honest_run();
  const std::string hold = key(run, nth(run, OperationKind::payout, 30)) + ":hold";
  std::erase_if(*run.books.ledger_entries, [&](const LedgerEntry& e) { return e.key == hold; });
  run.checks = {"no_overspend"};
  EXPECT_EQ(red(run), Set{"no_overspend"});
}

TEST(NoOverspend, BonusesAndPoolsOweNothingEither) {
  for (const std::string account : {"player:p0001:bonus:EUR", "jackpot:mega:EUR"}) {
    RecordedRun run = honest_run();
    auto& entries = *run.books.ledger_entries;
    auto entry = std::ranges::find(entries, "house:games:EUR", &LedgerEntry::account);
    entry->account = account;
    entry->amount_minor = -1;
    run.checks = {"no_overspend"};
    EXPECT_EQ(red(run), Set{"no_overspend"}) << account;
  }
}

TEST(NoOverspend, ClientWasShownLessThanNothing) {
  RecordedRun run = honest_run();
  attempt_of(run, nth(run, OperationKind::balance, 50)).balance_minor = -1;
  EXPECT_EQ(red(run), (Set{"balances_match", "no_overspend"}));
}

}  // namespace
}  // namespace rehearse
