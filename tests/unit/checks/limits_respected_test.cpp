// Limits that gave way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/instants.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

class LimitsRespected : public testing::Test {
 protected:
  LimitsRespected() {
    run_.capabilities.insert("limits");
    run_.books.player_limits.emplace();
    const auto& entries = *run_.books.ledger_entries;
    last_ = entries.back().seq;
    now_ms_ = wall_ms_of(entries.back().committed_at).value();
    for (const LedgerEntry& entry : entries)
      if (entry.kind == "bet" && entry.account.starts_with("player:")) bet_ = &entry;
    player_ = bet_->account.substr(7, 5);
  }
  // Before the last bet of the player, if not told otherwise.
  void limit(const std::string& kind, int64_t value, const std::string& currency = "",
             int64_t after_seq = -1, int64_t until_ms = 0, int64_t from_ms = 0) {
    run_.books.player_limits->push_back({"l" + kind, player_, kind, currency, value,
                                         after_seq < 0 ? bet_->seq - 1 : after_seq, until_ms,
                                         from_ms});
  }
  Finding finding() { return finding_of(run_, "limits_respected"); }
  std::string first() {
    const Finding found = finding();
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  RecordedRun run_ = honest_run();
  int64_t last_ = 0, now_ms_ = 0;
  const LedgerEntry* bet_ = nullptr;
  std::string player_;
};

TEST_F(LimitsRespected, WhatCameBeforeALimitIsNotUnderIt) {
  limit("frozen", 1, "", last_);
  limit("self_exclusion", 1, "", last_);
  limit("loss_limit", 1, "EUR", last_);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  EXPECT_THAT(finding().summary, testing::HasSubstr("3 limits of 1 players"));
}

TEST_F(LimitsRespected, ABetOfAFrozenOrExcludedPlayer) {
  limit("frozen", 1);
  EXPECT_EQ(red(run_), std::set<std::string>{"limits_respected"});
  EXPECT_THAT(first(), testing::HasSubstr("though frozen"));
  run_.books.player_limits->clear();
  limit("self_exclusion", 1);
  EXPECT_THAT(first(), testing::HasSubstr("though excluded"));
}

TEST_F(LimitsRespected, AnExclusionThatHasEndedOrAFreezeThatWasLifted) {
  limit("self_exclusion", 1, "", -1, now_ms_ - 10'000);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  limit("frozen", 1, "", 0);
  limit("frozen", 0);
  EXPECT_EQ(finding().verdict, Verdict::fail) << "earlier bets were under it";
  run_.books.player_limits->at(1).after_seq = bet_->seq - 2;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(LimitsRespected, ALooserOneDoesNotHoldBeforeItsTime) {
  limit("frozen", 1, "", bet_->seq - 2);
  limit("frozen", 0, "", bet_->seq - 1, 0, now_ms_ + 60'000);
  EXPECT_THAT(first(), testing::HasSubstr("though frozen"));
  run_.books.player_limits->back().from_ms = now_ms_ - 60'000;
  EXPECT_EQ(finding().verdict, Verdict::pass);
}

TEST_F(LimitsRespected, MoreLostInADayThanTheLimit) {
  limit("loss_limit", 99, "EUR");
  EXPECT_THAT(first(), testing::HasSubstr("1.00 EUR on one day, where the loss_limit is 0.99 EUR"));
  run_.books.player_limits->front().value_minor = 100;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  run_.books.player_limits->front().value_minor = 0;
  EXPECT_EQ(finding().verdict, Verdict::pass) << "0 is no limit";
}

TEST_F(LimitsRespected, MorePaidInThanTheLimit) {
  limit("deposit_limit", 1'999, "EUR", 0);
  EXPECT_THAT(first(), testing::HasSubstr("the deposit_limit is 19.99 EUR"));
  run_.books.player_limits->front().value_minor = 10'000'000;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(LimitsRespected, WithoutTheTableItCannotBeSaid) {
  run_.books.player_limits.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
