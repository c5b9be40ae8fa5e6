// What conversions gave: as told, at one rate, and never more than nothing for going both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using testing::HasSubstr;

// An honest run with conversions at its end, 1 EUR = 1.08 USDT and 1 USDT = 0.92 EUR.
class Conversions : public testing::Test {
 protected:
  Conversions() {
    for (const int64_t cents : {350, 1855, 201, 1999})
      convert(Currency::EUR, Currency::USDT, cents, cents * 10'800);
    for (const int64_t micro : {5'930'000, 7'777'777})
      convert(Currency::USDT, Currency::EUR, micro, micro * 92 / 1'000'000);
  }

  void convert(Currency from, Currency to, int64_t from_minor, int64_t to_minor) {
    Operation operation;
    operation.id = run_.history.operations.size();
    operation.kind = OperationKind::convert;
    operation.player = 3;
    operation.currency = from;
    operation.currency_to = to;
    operation.amount_minor = from_minor;
    run_.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.number = 1;
    attempt.outcome = Outcome::ok;
    attempt.sent_ns = at_ns(50'000);
    attempt.answered_ns = at_ns(50'005);
    attempt.amount_minor = from_minor;
    const std::string told = std::string(told_to_minor) + std::to_string(to_minor);
    std::memcpy(attempt.reason, told.data(), told.size());
    run_.history.attempts.push_back(attempt);
    const std::string f(name_of(from)), t(name_of(to)), k = key(run_, operation.id);
    post(k, "player:p0003:cash:" + f, f, -from_minor);
    post(k, "house:fx:" + f, f, from_minor);
    post(k, "house:fx:" + t, t, -to_minor);
    post(k, "player:p0003:cash:" + t, t, to_minor);
  }
  void post(const std::string& of, const std::string& account, const std::string& currency,
            int64_t minor) {
    LedgerEntry entry = run_.books.ledger_entries->back();
    entry.seq += 1;
    entry.tx = "t-" + of;
    entry.key = of;
    entry.kind = "conversion";
    entry.account = account;
    entry.currency = currency;
    entry.amount_minor = minor;
    run_.books.ledger_entries->push_back(entry);
  }
  // Of the nth conversion, in the ledger, what came of it.
  void change(size_t n, int64_t factor) {
    const std::string of = key(run_, nth(run_, OperationKind::convert, n));
    const auto legs = entries_of(run_, of);
    for (const size_t i : {legs[2], legs[3]})
      (*run_.books.ledger_entries)[i].amount_minor *= factor;
  }
  void tell_nothing() {
    for (Attempt& attempt : run_.history.attempts)
      if (run_.history.operations[attempt.operation].kind == OperationKind::convert)
        attempt.reason[0] = '\0';
  }
  std::string first() {
    const Finding finding = finding_of(run_, "pnl_matches");
    return finding.witnesses.empty() ? "" : finding.witnesses.front();
  }
  RecordedRun run_ = honest_run();
};

TEST_F(Conversions, AtOneRateAreGreen) {
  EXPECT_EQ(first(), "");
  tell_nothing();
  EXPECT_EQ(first(), "");
}

TEST_F(Conversions, OneThatGaveMoreThanWasTold) {
  change(1, 10);
  EXPECT_THAT(first(), HasSubstr("told 20.034000 USDT, tx t-"));
}

TEST_F(Conversions, OneAtAnotherRate) {
  tell_nothing();
  change(2, 10);
  EXPECT_THAT(first(), HasSubstr("gave 21.708000 USDT for 2.01 EUR, but tx t-"));
  change(2, 0);
  EXPECT_THAT(first(), HasSubstr("for 2.01 EUR"));
}

TEST_F(Conversions, ThereAndBackMakesNoMoney) {
  tell_nothing();
  for (const size_t n : {0, 1, 2, 3}) change(n, 100);
  EXPECT_THAT(first(), HasSubstr("there and back makes money"));
}

TEST_F(Conversions, IntoTheCurrencyThatWasAskedFor) {
  run_.history.operations[nth(run_, OperationKind::convert, 0)].currency_to = Currency::BRL;
  EXPECT_THAT(first(), HasSubstr("BRL was asked for"));
}

}  // namespace
}  // namespace rehearse
