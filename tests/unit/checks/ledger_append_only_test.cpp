// The ledger only grows at its end: what clients were told of stays where it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

RecordedRun only_this(RecordedRun run) {
  run.checks = {"ledger_append_only"};
  return run;
}

void renumber(RecordedRun& run) {
  int64_t seq = 0;
  for (LedgerEntry& entry : *run.books.ledger_entries) entry.seq = ++seq;
}

TEST(LedgerAppendOnly, HonestRunWasLookedAt) {
  const Finding finding = finding_of(only_this(honest_run()), "ledger_append_only");
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.summary;
  EXPECT_GT(finding.examined, 1'000);
}

TEST(LedgerAppendOnly, AnEntryIsTakenOutOfTheMiddle) {
  RecordedRun run = only_this(honest_run());
  const std::string gone = key(run, nth(run, OperationKind::bet, 100));
  std::erase_if(*run.books.ledger_entries, [&](const LedgerEntry& e) { return e.key == gone; });
  renumber(run);
  const Finding finding = finding_of(run, "ledger_append_only");
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.witnesses, testing::Contains(testing::HasSubstr("not any more")));
  EXPECT_THAT(finding.witnesses, testing::Contains(testing::HasSubstr("now it is at")));
}

// A late transaction with a forged place: no client was told of one of the places that it took.
TEST(LedgerAppendOnly, AnEntryIsSlippedInBelow) {
  RecordedRun run = only_this(honest_run());
  auto& entries = *run.books.ledger_entries;
  const std::string late = key(run, nth(run, OperationKind::payout, 100)) + ":hold";
  const auto at = std::ranges::find(entries, late, &LedgerEntry::key);
  ASSERT_NE(at, entries.end());
  const auto openings = std::ranges::find_if(
      entries, [](const LedgerEntry& entry) { return entry.kind != "opening"; });
  // In the place of the last opening, which goes to where the other one was.
  std::swap_ranges(at, at + 2, openings - 2);
  renumber(run);
  EXPECT_EQ(red(run), Set{"ledger_append_only"});
  EXPECT_THAT(finding_of(run, "ledger_append_only").witnesses.front(),
              testing::HasSubstr("though first sent after"));
}

TEST(LedgerAppendOnly, TheEndIsCutOff) {
  RecordedRun run = only_this(honest_run());
  run.books.ledger_entries->resize(run.books.ledger_entries->size() / 2);
  const Finding finding = finding_of(run, "ledger_append_only");
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.witnesses, testing::Contains(testing::HasSubstr("the ledger ends at")));
}

TEST(LedgerAppendOnly, WithoutPlacesNothingIsSaid) {
  RecordedRun run = only_this(honest_run());
  for (Attempt& attempt : run.history.attempts) attempt.seq = 0;
  run.history.attempts.clear();
  EXPECT_NE(finding_of(run, "ledger_append_only").verdict, Verdict::pass);
}

}  // namespace
}  // namespace rehearse
