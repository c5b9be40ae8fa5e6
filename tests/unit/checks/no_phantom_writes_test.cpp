// The ledger holds nothing that nobody asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

Finding phantoms(const Run& run) {
  return finding_of(run, "no_phantom_writes");
}
std::string first_phantom(const Run& run) {
  const Finding finding = phantoms(run);
  EXPECT_EQ(finding.verdict, Verdict::fail);
  return finding.witnesses.empty() ? "" : finding.witnesses.front();
}

TEST(NoPhantomWrites, KeyOfNobody) {
  RecordedRun run = honest_run();
  book_again(run, key(run, nth(run, OperationKind::win, 30)), "another-000001");
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "pnl_matches"}));  // more won than clients know
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("another-000001): nobody in this run"));
}

TEST(NoPhantomWrites, OperationThatNeverBegan) {
  RecordedRun run = honest_run();
  book_again(run, key(run, nth(run, OperationKind::win, 30)), key(run, 999'999));
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "pnl_matches"}));
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("no client began"));
}

TEST(NoPhantomWrites, OtherKindPlayerCurrencyOrMoney) {
  const RecordedRun honest = honest_run();
  const uint64_t win = nth(honest, OperationKind::win, 30);
  RecordedRun run = honest;
  run.history.operations[win].kind = OperationKind::bet;
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("no step of a bet"));
  run = honest;
  run.history.operations[win].player += 1;
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("asked for by p"));
  run = honest;
  run.history.operations[win].currency = Currency::BRL;
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("1.50 BRL was asked for"));
  run = honest;
  run.history.operations[win].amount_minor -= 1;
  EXPECT_THAT(first_phantom(run),
              testing::HasSubstr("1.49 EUR was asked for: cash moved by 1.50 EUR"));
  run = honest;  // less than asked for is the platform's to say
  run.history.operations[win].amount_minor += 1;
  EXPECT_EQ(phantoms(run).verdict, Verdict::pass);
}

TEST(NoPhantomWrites, RollbackGivesBackNoMoreThanItsBet) {
  RecordedRun run = honest_run();
  const uint64_t rollback = nth(run, OperationKind::rollback, 21);
  const uint64_t bet = run.history.operations[rollback].related;
  run.history.operations[rollback].amount_minor = 0;  // names no amount
  EXPECT_EQ(phantoms(run).verdict, Verdict::pass);
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.key == key(run, rollback)) entry.amount_minor *= 2;
  }
  EXPECT_THAT(first_phantom(run),
              testing::HasSubstr("1.00 EUR was asked for: cash moved by 2.00 EUR"));
  ASSERT_EQ(run.history.operations[bet].amount_minor, 100);
}

TEST(NoPhantomWrites, StepOfAnotherPayment) {
  RecordedRun run = honest_run();
  const std::string deposit = key(run, nth(run, OperationKind::deposit, 30));
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    if (entry.key == deposit + ":deposit") entry.key = deposit + ":bonus";
  }
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("no step of a deposit"));
}

TEST(NoPhantomWrites, BookedTwice) {
  RecordedRun run = honest_run();
  const std::string hold = key(run, nth(run, OperationKind::payout, 30)) + ":hold";
  book_again(run, hold, hold);
  EXPECT_EQ(red(run), (Set{"no_phantom_writes", "pnl_matches", "providers_reconciled"}));
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("booked before as tx "));
}

TEST(NoPhantomWrites, DeclinedOrNotDoneAndBookedAllTheSame) {
  for (const Outcome outcome : {Outcome::rejected, Outcome::failed}) {
    RecordedRun run = honest_run();
    Attempt& attempt = attempt_of(run, nth(run, OperationKind::bet, 300));
    attempt.outcome = outcome;
    attempt.amount_minor = attempt.seq = attempt.version = 0;
    EXPECT_THAT(first_phantom(run), testing::HasSubstr("its client was told that it is not done"));
  }
}

TEST(NoPhantomWrites, UnansweredMayBeDone) {
  RecordedRun run = honest_run();
  attempt_of(run, nth(run, OperationKind::bet, 300)).outcome = Outcome::unknown;
  EXPECT_EQ(phantoms(run).verdict, Verdict::pass);
}

TEST(NoPhantomWrites, DeclinedPayoutIsReleased) {
  RecordedRun run = honest_run();
  for (const uint64_t payout : {nth(run, OperationKind::payout, 4),     // released by its provider
                                nth(run, OperationKind::payout, 5)}) {  // paid
    attempt_of(run, payout).outcome = Outcome::rejected;  // to a retry, the first had no answer
    const bool released = !entries_of(run, key(run, payout) + ":release").empty();
    EXPECT_EQ(phantoms(run).verdict, released ? Verdict::pass : Verdict::fail);
  }
}

// Wagering done by a bet makes bonus money cash: the ledger's own step, under the bet's key.
TEST(NoPhantomWrites, ReleasedBonusIsTheLedgersOwnStep) {
  RecordedRun run = honest_run();
  const uint64_t bet = nth(run, OperationKind::bet, 50);
  const std::string player = player_name(run.history.operations[bet].player);
  const auto post = [&](const std::string& account, int64_t minor) {
    LedgerEntry entry = run.books.ledger_entries->back();
    entry.seq += 1;
    entry.tx = "released";
    entry.key = key(run, bet) + ":bonus_release";
    entry.kind = "bonus_release";
    entry.account = account;
    entry.amount_minor = minor;
    run.books.ledger_entries->push_back(entry);
  };
  run.checks = {"no_phantom_writes"};
  post("player:" + player + ":bonus:EUR", -500);
  post("player:" + player + ":cash:EUR", 500);
  EXPECT_EQ(red(run), Set{});
  run.books.ledger_entries->back().amount_minor = 501;  // more than there was
  EXPECT_EQ(red(run), Set{"no_phantom_writes"});
}

TEST(NoPhantomWrites, ABetIsWonOrGivenBack) {
  RecordedRun run = honest_run();
  const uint64_t win = nth(run, OperationKind::win, 30);
  const uint64_t rollback = nth(run, OperationKind::rollback, 33);
  auto& operations = run.history.operations;
  ASSERT_NE(operations[rollback].related, operations[win].related);
  operations[win].related = operations[rollback].related;
  EXPECT_EQ(red(run), Set{"no_phantom_writes"});
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("its bet was won too, as tx "));
  run = honest_run();  // two rollbacks of one bet
  operations[rollback].related = operations[nth(run, OperationKind::rollback, 32)].related;
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("2.00 EUR of it came back"));
}

TEST(NoPhantomWrites, ATombstoneIsForGood) {
  RecordedRun run = honest_run();
  auto& operations = run.history.operations;
  operations[nth(run, OperationKind::rollback, 0)].related = nth(run, OperationKind::bet, 300);
  EXPECT_EQ(red(run), Set{"no_phantom_writes"});
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("was told that there is no such bet"));
}

TEST(NoPhantomWrites, AnIntentIsOnceAndOfWhoeverAsked) {
  const RecordedRun honest = honest_run();
  const std::string payout = key(honest, nth(honest, OperationKind::payout, 30));
  RecordedRun run = honest;
  run.books.intents->push_back(intent_of(run, payout));
  run.books.intents->back().amount_minor += 1;
  EXPECT_THAT(first_phantom(run),
              testing::HasSubstr("twice in the intents: payout 15.00 EUR and payout 15.01 EUR"));
  run = honest;
  intent_of(run, payout).player = "p0777";
  EXPECT_EQ(red(run), Set{"no_phantom_writes"});
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("its intent is of p0777"));
  run = honest;
  intent_of(run, payout).amount_minor += 1;
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("its intent is of 15.01 EUR"));
}

TEST(NoPhantomWrites, OpeningsComeOnceAndFirstAndAreAlike) {
  const RecordedRun honest = honest_run();
  RecordedRun run = honest;
  book_again(run, "open-p0003", "open-again");
  EXPECT_EQ(red(run), Set{"no_phantom_writes"});
  EXPECT_THAT(first_phantom(run), testing::HasSubstr("opened when the ledger had begun"));
  EXPECT_EQ(phantoms(run).violations, 2);  // and before
  run = honest;
  for (const size_t i : entries_of(run, "open-p0003"))
    (*run.books.ledger_entries)[i].amount_minor *= 2;
  EXPECT_THAT(first_phantom(run),
              testing::HasSubstr("player:p0003:cash:EUR opened with 20000.00 EUR"));
}

}  // namespace
}  // namespace rehearse
