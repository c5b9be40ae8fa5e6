#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

TEST(LedgerBalanced, SumNotZero) {
  RecordedRun run = honest_run();
  auto& entries = *run.books.ledger_entries;
  auto entry = std::ranges::find(entries, "house:games:EUR", &LedgerEntry::account);
  entry->amount_minor += 1;
  rechain(run);
  recount(run);
  EXPECT_EQ(red(run), Set{"ledger_balanced"});
}

TEST(LedgerBalanced, GapInNumbers) {
  RecordedRun run = honest_run();
  for (LedgerEntry& entry : *run.books.ledger_entries) entry.seq += entry.seq > 500 ? 1 : 0;
  rechain(run);
  // Not the numbers that were told.
  EXPECT_EQ(red(run), (Set{"ledger_append_only", "ledger_balanced", "single_writer"}));
}

TEST(LedgerBalanced, NumberTwice) {
  RecordedRun run = honest_run();
  run.books.ledger_entries->back().seq -= 1;
  rechain(run);
  EXPECT_EQ(red(run), Set{"ledger_balanced"});
}

TEST(LedgerBalanced, SingleEntry) {
  RecordedRun run = honest_run();
  LedgerEntry entry = run.books.ledger_entries->back();
  entry.seq += 1;
  entry.tx = "lonely";
  entry.kind = "fee";
  entry.key = "fee-1";
  entry.amount_minor = 0;
  *entry.version += 1;
  run.books.ledger_entries->push_back(entry);
  run.books.events->push_back({"ledger", 0, 99999, "fee-1", "lonely", "fee", 0, "EUR", ""});
  rechain(run);
  recount(run);
  EXPECT_EQ(red(run), (Set{"ledger_balanced", "no_phantom_writes"}));
}

// The first entry on an account that a kind of entry moves.
LedgerEntry& entry_on(Run& run, const std::string& kind, const std::string& account) {
  return *std::ranges::find_if(*run.books.ledger_entries, [&](const LedgerEntry& entry) {
    return entry.kind == kind && entry.account.starts_with(account);
  });
}
std::string first_unbalanced(Run& run) {
  rechain(run);
  recount(run);
  const Finding finding = finding_of(run, "ledger_balanced");
  return finding.witnesses.empty() ? "" : finding.witnesses.front();
}

TEST(LedgerBalanced, MoneyFromOrToAnAccountThatTheKindDoesNotMove) {
  const RecordedRun honest = honest_run();
  for (const auto& [kind, account, other] : {std::tuple{"bet", "house:games", "house:capital:EUR"},
                                             {"win", "house:games", "house:capital:EUR"},
                                             {"deposit", "psp:", "house:games:EUR"},
                                             {"payout", "psp:", "lender:a:EUR"},
                                             {"hold", "player:", "player:p0001:bonus:EUR"},
                                             {"opening", "house:", "house:games:EUR"}}) {
    RecordedRun run = honest;
    entry_on(run, kind, account).account = other;
    EXPECT_THAT(first_unbalanced(run),
                testing::HasSubstr(fmt::format("a {} moves {} by", kind, other)));
  }
}

TEST(LedgerBalanced, MoneyTheWrongWay) {
  RecordedRun run = honest_run();
  const std::string bet = entry_on(run, "bet", "house:games").tx;
  for (LedgerEntry& entry : *run.books.ledger_entries)
    if (entry.tx == bet) entry.amount_minor = -entry.amount_minor;
  EXPECT_THAT(first_unbalanced(run), testing::HasSubstr("a bet moves"));
}

TEST(LedgerBalanced, OneTransactionIsOfOneKindAndKey) {
  RecordedRun run = honest_run();
  entry_on(run, "bet", "house:games").kind = "win";
  EXPECT_THAT(first_unbalanced(run), testing::HasSubstr(" a win of "));
  run = honest_run();
  entry_on(run, "bet", "house:games").key = "another";
  EXPECT_THAT(first_unbalanced(run), testing::HasSubstr(" a bet of another"));
}

TEST(LedgerBalanced, AnAccountIsOfOneCurrency) {
  RecordedRun run = honest_run();
  entry_on(run, "bet", "house:games").account = "house:games:BRL";
  EXPECT_THAT(first_unbalanced(run), testing::HasSubstr("house:games:BRL: 1.00 EUR on it"));
}

}  // namespace
}  // namespace rehearse
