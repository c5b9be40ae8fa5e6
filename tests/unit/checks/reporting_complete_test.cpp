// Every copy of the reporting has all of the ledger, and nothing else; rows loaded again are fine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

class ReportingComplete : public testing::Test {
 protected:
  ReportingComplete() { add_reporting(run_); }
  Finding finding() { return finding_of(run_, "reporting_complete"); }
  std::vector<ReportingRow>& rows() { return *run_.books.reporting; }

  RecordedRun run_ = honest_run();
  Set red_{"reporting_complete"};
};

TEST_F(ReportingComplete, AnHonestRunIsGreen) {
  EXPECT_EQ(red(run_), Set{});
  EXPECT_EQ(finding().verdict, Verdict::pass);
  EXPECT_GT(finding().examined, static_cast<int64_t>(rows().size()));
  EXPECT_THAT(finding().summary, testing::HasSubstr("in 2 copies of the reporting"));
}

TEST_F(ReportingComplete, EachCopyMustBeWhole) {
  rows().erase(rows().begin() + 301);  // of clickhouse-2; clickhouse-1 has it
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(finding().witnesses.front(), testing::HasSubstr("is not in clickhouse-2"));
  run_.drained_ms.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST_F(ReportingComplete, AnotherKindCurrencyOrAmount) {
  const auto honest = rows();
  rows()[300].amount_minor += 1;
  EXPECT_TRUE(red(run_).contains("reporting_complete"));
  rows() = honest;
  rows()[300].kind = "release";
  EXPECT_TRUE(red(run_).contains("reporting_complete"));
  rows() = honest;
  rows()[300].currency = "BRL";
  EXPECT_TRUE(red(run_).contains("reporting_complete"));
}

TEST_F(ReportingComplete, WhatTheLedgerLacks) {
  rows().push_back({"t-nowhere", "bet", 100, "EUR", "2026-01-31T12:00:00Z", "clickhouse-1"});
  EXPECT_TRUE(red(run_).contains("reporting_complete"));
}

TEST_F(ReportingComplete, LoadedAgainIsCountedAndNotWrong) {
  const std::vector<ReportingRow> again(rows().begin() + 100, rows().begin() + 150);
  rows().insert(rows().end(), again.begin(), again.end());
  EXPECT_EQ(red(run_), Set{});
  EXPECT_THAT(finding().summary, testing::HasSubstr("50 rows loaded again"));
}

TEST_F(ReportingComplete, WithoutItsBookItCannotBeSaid) {
  run_.books.reporting.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  run_.capabilities.erase("reporting");
  EXPECT_EQ(finding().verdict, Verdict::not_applicable);
}

TEST_F(ReportingComplete, ACopyThatIsLoadedHasRows) {
  run_.books.lags = {{{0, "consumer-1", "lag_reporting_clickhouse_1", 0},
                      {0, "consumer-1", "lag_reporting_clickhouse_2", 0}}};
  EXPECT_EQ(red(run_), Set{});
  std::erase_if(rows(), [](const ReportingRow& row) { return row.node == "clickhouse-2"; });
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(finding().witnesses.front(), testing::HasSubstr("clickhouse_2: is loaded, and"));
}

}  // namespace
}  // namespace rehearse
