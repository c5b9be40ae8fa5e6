// Declines that the books do not bear out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;
using testing::HasSubstr;

class DeclinesJustified : public testing::Test {
 protected:
  // Declines an operation that had been done, and takes it out of all books.
  void decline(uint64_t id, std::string_view reason) {
    for (Attempt& attempt : run_.history.attempts) {
      if (attempt.operation != id) continue;
      attempt.outcome = Outcome::rejected;
      attempt.amount_minor = attempt.version = attempt.seq = 0;
      attempt.reason[reason.copy(attempt.reason, sizeof attempt.reason - 1)] = '\0';
    }
    const std::string gone = key(run_, id);
    std::erase_if(*run_.books.ledger_entries,
                  [&](const LedgerEntry& entry) { return entry.key.starts_with(gone); });
    std::erase_if(*run_.books.intents,
                  [&](const Intent& intent) { return intent.key.starts_with(gone); });
  }
  Finding finding() { return finding_of(run_, "declines_justified"); }
  std::string first() {
    const Finding found = finding();
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  RecordedRun run_ = honest_run();
};

TEST_F(DeclinesJustified, AWinOfABetThatTheLedgerHas) {
  const uint64_t win = nth(run_, OperationKind::win, 100);
  decline(win, "unknown_bet");
  EXPECT_THAT(first(), HasSubstr(key(run_, win) + " win of 1.50 EUR"));
  EXPECT_THAT(first(), HasSubstr("declined as unknown_bet, which the books do not bear out"));
  const uint64_t bet = run_.history.operations[win].related;
  attempt_of(run_, bet).answered_ns = attempt_of(run_, win).answered_ns;  // overtaken, perhaps
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(DeclinesJustified, FundsThatWereThereAllAlong) {
  const uint64_t bet = nth(run_, OperationKind::bet, 300);
  decline(bet, "insufficient_funds");
  EXPECT_THAT(first(), HasSubstr("declined as insufficient_funds"));
  run_.history.operations[bet].amount_minor = 100'000'000;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(DeclinesJustified, FundsThatWereNotThereAtSomeMoment) {
  const uint64_t bet = nth(run_, OperationKind::bet, 300);
  const Operation& operation = run_.history.operations[bet];
  const std::string account = "player:" + player_name(operation.player) + ":cash:EUR";
  Attempt& answer = attempt_of(run_, bet);
  const int64_t seq = answer.seq;
  decline(bet, "insufficient_funds");
  auto& entries = *run_.books.ledger_entries;
  const auto next = std::ranges::find_if(entries, [&](const LedgerEntry& entry) {
    return entry.seq > seq && entry.account == account;
  });
  next->amount_minor = -10'000'000;  // what comes next takes all
  EXPECT_EQ(finding().verdict, Verdict::fail) << "it was booked after the answer";
  for (Attempt& attempt : run_.history.attempts)  // unless they waited for it
    if (attempt.operation == bet) attempt.answered_ns = at_ns(100'000);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(DeclinesJustified, ABetThatNobodyRolledBack) {
  const uint64_t bet = nth(run_, OperationKind::bet, 300);
  decline(bet, "rolled_back");
  EXPECT_THAT(first(), HasSubstr("declined as rolled_back"));
  run_.history.operations[nth(run_, OperationKind::rollback, 0)].related = bet;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(DeclinesJustified, ABetThatWasInTime) {
  const uint64_t bet = nth(run_, OperationKind::bet, 300);
  decline(bet, "outside_window");
  run_.books.window_bets = {{key(run_, bet), "table-1-1", 0, "accepted"}};
  EXPECT_THAT(first(), HasSubstr("declined as outside_window"));
  run_.books.window_bets->front().outcome = "outside_window";
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(DeclinesJustified, MoreDeclinesThanBeforeTheFault) {
  int declined = 0;
  for (size_t n = 0; n < 140; ++n) {
    const uint64_t id = nth(run_, OperationKind::deposit, n);
    const bool after = run_.history.operations[id].intended_ns > at_ns(41'000);
    if (after && ++declined % 10 != 0) decline(id, "no_rail");
  }
  EXPECT_THAT(first(), HasSubstr("payment: "));
  EXPECT_THAT(first(), HasSubstr("declined after everything had come back, 0 of 40 in the steady"));
}

}  // namespace
}  // namespace rehearse
