// One writer at a time: in the ledger, in real time, and as clients were told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

TEST(SingleWriter, OldWriterWritesOn) {
  RecordedRun run = honest_run();
  const std::string hold = key(run, nth(run, OperationKind::payout, 100)) + ":hold";
  for (const size_t i : entries_of(run, hold)) {
    LedgerEntry& entry = (*run.books.ledger_entries)[i];
    entry.timeline = entry.epoch = 1;
  }
  rechain(run);
  EXPECT_EQ(red(run), Set{"single_writer"});
  EXPECT_THAT(finding_of(run, "single_writer").witnesses.front(),
              testing::HasSubstr("written in epoch 1.1.1, after"));
}

TEST(SingleWriter, RegionTermComesFirst) {
  RecordedRun run = honest_run();
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.epoch == 2) entry.region_term = 0;  // a newer writer in an older region
  }
  rechain(run);
  EXPECT_EQ(red(run), Set{"single_writer"});
}

TEST(SingleWriter, SentAfterANewerEpochWasKnown) {
  RecordedRun run = honest_run();
  const uint64_t payout = nth(run, OperationKind::payout, 10);  // in epoch 1
  Attempt& attempt = attempt_of(run, payout);
  ASSERT_LT(attempt.sent_ns, zero_ns);
  attempt.intended_ns = attempt.sent_ns = at_ns(10'000);
  attempt.answered_ns = at_ns(10'005);
  EXPECT_EQ(red(run), (Set{"ledger_append_only", "single_writer"}));
  EXPECT_THAT(finding_of(run, "single_writer").witnesses.front(),
              testing::HasSubstr("first sent at 10.000 s, committed in epoch 1.1.1"));
}

TEST(SingleWriter, ToldOtherwise) {
  const RecordedRun honest = honest_run();
  const uint64_t bet = nth(honest, OperationKind::bet, 300);
  RecordedRun run = honest;
  attempt_of(run, bet).epoch = 7;
  EXPECT_EQ(red(run), Set{"single_writer"});
  run = honest;
  attempt_of(run, bet).seq += 1;
  EXPECT_EQ(red(run), (Set{"ledger_append_only", "single_writer"}));
}

TEST(SingleWriter, EntriesWithoutEpoch) {
  RecordedRun run = honest_run();
  (*run.books.ledger_entries)[700].epoch.reset();
  rechain(run);
  EXPECT_EQ(red(run), Set{});
  EXPECT_EQ(checks_with(run, Verdict::inconclusive), Set{"single_writer"});
}

}  // namespace
}  // namespace rehearse
