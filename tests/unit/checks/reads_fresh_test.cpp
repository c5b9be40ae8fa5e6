// Nobody is shown the past, and retries, copies and losses within target are not taken for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/view.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

// The balance of an account at a version, by the ledger.
int64_t balance_at(const Run& run, const std::string& account, int64_t version) {
  int64_t balance = 0;
  for (const LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.account == account && *entry.version <= version) balance += entry.amount_minor;
  }
  return balance;
}

// Shows a read the past: right as it was, but a version ago.
Attempt& set_back(Run& run, uint64_t read, int64_t versions) {
  Attempt& attempt = attempt_of(run, read);
  const Operation& operation = run.history.operations[read];
  attempt.version -= versions;
  attempt.balance_minor =
      balance_at(run, "player:" + player_name(operation.player) + ":cash:EUR", attempt.version);
  return attempt;
}

TEST(ReadsFresh, OlderThanWhatWasToldBefore) {
  RecordedRun run = honest_run();
  set_back(run, nth(run, OperationKind::balance, 101), 1);
  EXPECT_EQ(red(run), Set{"reads_fresh"});
  EXPECT_THAT(finding_of(run, "reads_fresh").witnesses.front(), testing::HasSubstr("had shown"));
}

TEST(ReadsFresh, OverlappingIsNotOlder) {
  RecordedRun run = honest_run();
  Attempt& read = set_back(run, nth(run, OperationKind::balance, 101), 1);
  read.intended_ns = read.sent_ns -= 60'000'000;  // before the answer with the newer version
  EXPECT_EQ(red(run), Set{});
}

TEST(ReadsFresh, RetriedReadIsJudgedByItsOwnSending) {
  RecordedRun run = honest_run();
  Attempt& read = set_back(run, nth(run, OperationKind::balance, 101), 1);
  Attempt earlier = read;
  earlier.outcome = Outcome::unknown;
  earlier.version = earlier.answered_ns = 0;
  earlier.intended_ns = earlier.sent_ns -= 60'000'000;
  read.number = 2;
  run.history.attempts.insert(
      std::ranges::find(run.history.attempts, read.operation, &Attempt::operation), earlier);
  EXPECT_EQ(red(run), Set{"reads_fresh"});
}

TEST(ReadsFresh, WriteIsJudgedByItsFirstSending) {
  RecordedRun run = honest_run();
  const auto replay = std::ranges::find(run.history.attempts, 3U, &Attempt::number);
  ASSERT_NE(replay, run.history.attempts.end());  // shows an old version, as it must
  ASSERT_EQ(red(run), Set{});
  // The same answer to an operation that was not sent before is the past.
  const uint64_t id = replay->operation;
  std::erase_if(run.history.attempts,
                [id](const Attempt& a) { return a.operation == id && a.number != 3; });
  run.checks = {"reads_fresh"};
  EXPECT_EQ(red(run), Set{"reads_fresh"});
}

TEST(ReadsFresh, TakenBackByALossWithinTarget) {
  RecordedRun run = honest_run();
  // The last bet is acknowledged and lost; a read after it shows what is left.
  auto& operations = run.history.operations;
  uint64_t bet = 0;
  for (const Operation& operation : operations) {
    if (operation.kind == OperationKind::bet) bet = operation.id;
  }
  const Attempt ack = attempt_of(run, bet);
  Operation read = operations[bet];
  read.kind = OperationKind::balance;
  read.id = operations.size();
  operations.push_back(read);
  Attempt stale = ack;
  stale.operation = read.id;
  stale.sent_ns = ack.answered_ns + 1'000'000;
  stale.answered_ns = ack.answered_ns + 2'000'000;
  stale.version -= 1;
  stale.seq = 0;
  stale.epoch = stale.timeline = 3;  // of the writer that took over
  run.history.attempts.push_back(stale);
  run.checks = {"reads_fresh"};
  EXPECT_EQ(red(run), Set{"reads_fresh"});

  const std::string lost = key(run, bet);
  for (Attempt& attempt : run.history.attempts) {  // it is the last that anybody heard of
    if (attempt.seq > ack.seq) attempt.outcome = Outcome::unknown;
  }
  std::erase_if(*run.books.ledger_entries,
                [&](const LedgerEntry& entry) { return entry.key == lost; });
  run.faults[0].effective_ms = run_ms(run.history, ack.answered_ns);
  run.targets.rpo_ms["ledger"] = 60'000;
  const Finding finding = finding_of(run, "reads_fresh");
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.summary;
  EXPECT_THAT(finding.summary, testing::HasSubstr("1 within target, listed"));
}

}  // namespace
}  // namespace rehearse
