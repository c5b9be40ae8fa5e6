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

}  // namespace
}  // namespace rehearse
