// Decisions on credit: kept as they were told, within limits, paid out once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using testing::HasSubstr;

// An honest run in which ten players ask for credit of 50 EUR: every third is declined, the others
// get it of norden. What is altered in it is what the check must find.
class CreditKept : public testing::Test {
 protected:
  CreditKept() {
    run_.capabilities = {"ledger", "credit"};
    run_.books.credit_log.emplace();
    run_.books.credit_decisions.emplace();
    for (uint32_t player = 0; player < 10; ++player) ask(player, player % 3 != 0);
  }

  void ask(uint32_t player, bool approved) {
    Operation operation;
    operation.id = run_.history.operations.size();
    operation.kind = OperationKind::credit;
    operation.player = player;
    operation.amount_minor = amount;
    run_.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.number = 1;
    attempt.outcome = Outcome::ok;
    attempt.amount_minor = approved ? amount : 0;
    const std::string_view reason = approved ? "norden" : "score";
    std::ranges::copy(reason, attempt.reason);
    run_.history.attempts.push_back(attempt);
    CreditDecision decision;
    decision.seq = std::ssize(*run_.books.credit_log) + 1;
    decision.key = key(run_, operation.id);
    decision.player = player_name(player);
    decision.amount_minor = amount;
    decision.currency = "EUR";
    decision.approved = approved ? 1 : 0;
    if (approved) decision.lender = "norden";
    if (approved) decision.player_max_minor = 6000, decision.exposure_max_minor = 40'000;
    run_.books.credit_log->push_back(decision);
    decision.state = approved ? "disbursed" : "declined";
    run_.books.credit_decisions->push_back(decision);
    if (approved) lend(decision, decision.key + ":loan");
  }
  void lend(const CreditDecision& decision, const std::string& loan_key) {
    auto& entries = *run_.books.ledger_entries;
    const std::string tx = "loan-" + std::to_string(entries.size());
    for (const auto& [account, minor] :
         {std::pair<std::string, int64_t>{"lender:norden:EUR", -decision.amount_minor},
          {"player:" + decision.player + ":cash:EUR", decision.amount_minor}}) {
      LedgerEntry entry;
      entry.ledger = "main";
      entry.seq = entries.back().seq + 1;
      entry.tx = tx;
      entry.key = loan_key;
      entry.account = account;
      entry.currency = "EUR";
      entry.amount_minor = minor;
      entry.kind = "loan";
      entries.push_back(entry);
    }
  }
  CreditDecision& row(size_t n) { return (*run_.books.credit_decisions)[n]; }
  Finding examine() const { return finding_of(run_, "credit_kept"); }
  void expect_red(const std::string& witness) const {
    const Finding finding = examine();
    EXPECT_EQ(finding.verdict, Verdict::fail);
    ASSERT_FALSE(finding.witnesses.empty());
    EXPECT_THAT(finding.witnesses.front(), HasSubstr(witness));
  }

  static constexpr int64_t amount = 5000;
  RecordedRun run_ = honest_run();
};

TEST_F(CreditKept, AnHonestRunIsGreen) {
  const Finding finding = examine();
  EXPECT_EQ(finding.verdict, Verdict::pass) << testing::PrintToString(finding.witnesses);
  EXPECT_EQ(finding.examined, 30);
}

TEST_F(CreditKept, ADecisionThatEveryBookLost) {
  run_.books.credit_log->erase(run_.books.credit_log->begin());
  run_.books.credit_decisions->erase(run_.books.credit_decisions->begin());
  expect_red("was told declined, the database does not know it");
}

TEST_F(CreditKept, ADecisionThatRedisLostThoughItWasCopied) {
  run_.books.credit_log->pop_back();
  expect_red("Redis does not know it");
}

TEST_F(CreditKept, ADecisionThatWasNeverCopied) {
  run_.books.credit_decisions->erase(run_.books.credit_decisions->begin());
  expect_red("not in the database");
}

TEST_F(CreditKept, WhatMayStillBeOnItsWayCannotBeSaid) {
  run_.books.credit_decisions->erase(run_.books.credit_decisions->begin());
  run_.drained_ms.reset();
  EXPECT_EQ(examine().verdict, Verdict::inconclusive);
}

TEST_F(CreditKept, AnotherAnswerThanWasTold) {
  for (auto* book : {&*run_.books.credit_log, &*run_.books.credit_decisions})
    (*book)[1].lender = "atlas";
  expect_red("was told approved by norden, it is kept as approved by atlas");
}

TEST_F(CreditKept, ARetryThatHeardAnotherAnswer) {
  Attempt again = run_.history.attempts.back();  // declined
  again.number = 2;
  again.amount_minor = amount;
  run_.history.attempts.push_back(again);
  expect_red("it is kept as declined");
}

TEST_F(CreditKept, ALendersLimitsAreNotTheDecisionsOwn) {
  row(1).player_max_minor *= 10;
  expect_red("limits 60.00 EUR and 400.00 EUR in Redis, 600.00 EUR and 400.00 EUR in the");
  (*run_.books.credit_log)[1].player_max_minor *= 10;
  expect_red("by limits of 60.00 EUR and 400.00 EUR");
}

TEST_F(CreditKept, DecidedTwiceUnderOneKey) {
  CreditDecision again = run_.books.credit_log->front();
  again.seq = 11;
  run_.books.credit_log->push_back(again);
  expect_red("decided twice in Redis");
}

TEST_F(CreditKept, ALenderThatLendsMoreThanItMay) {
  for (auto* book : {&*run_.books.credit_log, &*run_.books.credit_decisions})
    for (CreditDecision& decision : *book) decision.exposure_max_minor = 3 * amount;
  const Finding finding = examine();
  EXPECT_EQ(finding.violations, 3);  // six were approved
  EXPECT_THAT(finding.witnesses.front(), HasSubstr("norden then lends all players 200.00 EUR"));
}

TEST_F(CreditKept, APlayerWhoGetsMoreThanHeMay) {
  ask(1, true);
  expect_red("norden then lends p0001 100.00 EUR, his limit is 60.00 EUR");
}

TEST_F(CreditKept, PaidOutTwice) {
  lend(row(1), row(1).key + ":loan-again");
  expect_red("and 2 loans in the ledger");
}

TEST_F(CreditKept, NeverPaidOut) {
  row(1).state = "approved";
  std::erase_if(*run_.books.ledger_entries,
                [&](const LedgerEntry& e) { return e.key == row(1).key + ":loan"; });
  expect_red("never paid out");
}

TEST_F(CreditKept, PaidOutThoughDeclined) {
  lend(row(0), row(0).key + ":loan");
  expect_red("declined, declined, and 1 loan in the ledger");
}

TEST_F(CreditKept, PaidOutInAnotherAmount) {
  run_.books.ledger_entries->back().amount_minor += 1;
  expect_red("the ledger gave 50.01 EUR");
}

TEST_F(CreditKept, ALoanThatNobodyDecided) {
  lend(row(1), "elsewhere:loan");
  expect_red("is a loan that nobody decided");
}

TEST_F(CreditKept, WhatTheLedgerRefusedIsNotPaidOut) {
  row(1).state = "refused";
  expect_red("refused, and 1 loan in the ledger");
  std::erase_if(*run_.books.ledger_entries,
                [&](const LedgerEntry& e) { return e.key == row(1).key + ":loan"; });
  EXPECT_EQ(examine().verdict, Verdict::pass);
}

TEST_F(CreditKept, WhatWasNeverLentOrIsPaidBackLeavesRoomForOthers) {
  const std::string first = row(1).key;
  ask(1, true);
  EXPECT_EQ(examine().verdict, Verdict::fail) << "100 EUR of 60 EUR";
  Intent repayment;
  repayment.key = "k-later:repayment";
  repayment.operation = "repayment";
  repayment.business_key = first;
  repayment.state = "ok";
  run_.books.intents->push_back(repayment);
  EXPECT_EQ(examine().verdict, Verdict::pass) << testing::PrintToString(examine().witnesses);
  run_.books.intents->pop_back();
  row(1).state = "refused";
  std::erase_if(*run_.books.ledger_entries,
                [&](const LedgerEntry& e) { return e.key == first + ":loan"; });
  EXPECT_EQ(examine().verdict, Verdict::pass) << testing::PrintToString(examine().witnesses);
}

TEST_F(CreditKept, WithoutABookItCannotBeSaid) {
  run_.books.credit_log.reset();
  EXPECT_EQ(examine().verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
