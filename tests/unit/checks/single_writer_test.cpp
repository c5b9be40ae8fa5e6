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

// Of two regions that both came to the same timeline and epoch, the term tells which one it was.
TEST(SingleWriter, AToldRegionTermIsBelieved) {
  RecordedRun run = honest_run();
  for (LedgerEntry& entry : *run.books.ledger_entries)
    if (entry.epoch == 2) {
      entry.region_term = 2;
      entry.timeline = entry.epoch = 1;
    }
  rechain(run);
  for (Attempt& attempt : run.history.attempts) {
    if (attempt.epoch == 0) continue;
    attempt.region_term = static_cast<uint16_t>(attempt.epoch);
    attempt.epoch = attempt.timeline = 1;
  }
  EXPECT_EQ(red(run), Set{});
  const uint64_t bet = nth(run, OperationKind::bet, 300);
  attempt_of(run, bet).region_term = attempt_of(run, bet).region_term == 1 ? 2 : 1;
  EXPECT_THAT(red(run), testing::Contains("single_writer"));
}

// Split brain: a region that lost its lead goes on acknowledging, and its ledger is thrown away.
TEST(SingleWriter, AcknowledgedBesideTheOneThatLeads) {
  RecordedRun run = honest_run();
  run.targets.rpo_ms["ledger"] = 3'600'000;
  const uint64_t bet = nth(run, OperationKind::bet, 300);
  ASSERT_EQ(attempt_of(run, bet).epoch, 2u);
  std::erase_if(*run.books.ledger_entries,
                [&](const LedgerEntry& entry) { return entry.key == key(run, bet); });
  EXPECT_THAT(red(run), testing::Not(testing::Contains("single_writer"))) << "lost, by one writer";
  attempt_of(run, bet).epoch = attempt_of(run, bet).timeline = 1;
  EXPECT_THAT(red(run), testing::Contains("single_writer"));
  EXPECT_THAT(finding_of(run, "single_writer").witnesses.front(),
              testing::HasSubstr("acknowledged in epoch 1.1, though"));
  attempt_of(run, bet).replay = 1;  // an answer from memory tells of when it was first given
  EXPECT_THAT(red(run), testing::Not(testing::Contains("single_writer")));
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
