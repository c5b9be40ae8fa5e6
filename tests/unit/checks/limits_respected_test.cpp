// Limits that gave way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "checks/instants.hpp"
#include "checks/view.hpp"
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

TEST_F(LimitsRespected, WhatComesOfYesterdaysBetMakesNoRoomToday) {
  limit("loss_limit", 500, "EUR", last_);
  const auto append = [&](const char* kind, const char* round, int64_t minor, const char* at) {
    LedgerEntry entry = *bet_;
    entry.seq = run_.books.ledger_entries->back().seq + 1;
    entry.tx = entry.key = "added-" + std::to_string(entry.seq);
    entry.kind = kind;
    entry.round = round;
    entry.account = "player:" + player_ + ":cash:EUR";
    entry.amount_minor = minor;
    entry.committed_at = at;
    run_.books.ledger_entries->push_back(entry);
  };
  const LedgerEntry kept = *bet_;  // appending moves the others
  bet_ = &kept;
  append("bet", "yesterday", -500, "2030-01-01T23:59:59Z");
  append("rollback", "yesterday", 500, "2030-01-02T00:00:01Z");
  append("bet", "today", -500, "2030-01-02T00:00:02Z");
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  append("bet", "more", -1, "2030-01-02T00:00:03Z");
  EXPECT_THAT(first(), testing::HasSubstr("5.01 EUR on one day"));
}

TEST_F(LimitsRespected, MorePaidInThanTheLimit) {
  limit("deposit_limit", 1'999, "EUR", 0);
  EXPECT_THAT(first(), testing::HasSubstr("the deposit_limit is 19.99 EUR"));
  run_.books.player_limits->front().value_minor = 10'000'000;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

// A player's last deposit of 20.00, asked for before a limit of 5.00 was taken and credited after
// it.
TEST_F(LimitsRespected, ADepositIsUnderWhatHeldWhenItWasBegun) {
  const LedgerEntry* deposit = nullptr;
  for (const LedgerEntry& entry : *run_.books.ledger_entries)
    if (entry.kind == "deposit" && entry.account.starts_with("player:")) deposit = &entry;
  player_ = deposit->account.substr(7, 5);
  limit("deposit_limit", 500, "EUR", deposit->seq - 2);
  const auto begun_after_ms = [&](double ms) {
    const auto ref = parse_key(run_.history.run_key, deposit->key);
    attempt_of(run_, ref->operation).sent_ns =
        run_.history.zero_ns + static_cast<int64_t>(ms * 1e6);
  };
  begun_after_ms(-5'000);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  begun_after_ms(5'000);
  EXPECT_THAT(first(), testing::HasSubstr("the deposit_limit is 5.00 EUR"));
  begun_after_ms(-5'000);
  limit("deposit_limit", 600, "EUR", 0);  // that held before
  run_.books.player_limits->back().key = "earlier";
  for (LedgerEntry& entry : *run_.books.ledger_entries)
    if (entry.seq < 10) entry.committed_at = "2026-01-31T11:00:00.000Z";
  run_.books.player_limits->back().after_seq = 5;
  EXPECT_THAT(first(), testing::HasSubstr("the deposit_limit is 6.00 EUR"));
}

// Held before the freeze, and sent after it.
TEST_F(LimitsRespected, APayoutThatWasSentToAFrozenPlayer) {
  const LedgerEntry* hold = nullptr;
  for (const LedgerEntry& entry : *run_.books.ledger_entries)
    if (entry.kind == "hold" && entry.account.ends_with(":cash:EUR")) hold = &entry;
  ASSERT_TRUE(hold);
  player_ = hold->account.substr(7, 5);
  limit("frozen", 1, "", last_);
  const auto sent = std::ranges::find(*run_.books.provider_transfers, business_key_of(hold->key),
                                      &ProviderTransfer::business_key);
  ASSERT_NE(sent, run_.books.provider_transfers->end());
  const auto send_after_ms = [&](int64_t ms) { sent->at = rfc3339((now_ms_ + ms) * ns_per_ms); };
  send_after_ms(-1);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  send_after_ms(4'000);
  EXPECT_EQ(finding().verdict, Verdict::pass) << "it was on its way: " << first();
  send_after_ms(6'000);
  EXPECT_EQ(red(run_), std::set<std::string>{"limits_respected"});
  EXPECT_THAT(first(), testing::HasSubstr("6000 ms after he was frozen"));
  run_.books.intents->push_back(
      {"limit:lfrozen", "limit", player_, "", 1, "", "ok", rfc3339((now_ms_ + 2'000) * ns_per_ms)});
  EXPECT_EQ(finding().verdict, Verdict::pass) << "by its intent it was later: " << first();
  run_.books.intents->pop_back();
  limit("frozen", 0, "", last_);
  EXPECT_EQ(finding().verdict, Verdict::pass) << "lifted: " << first();
  sent->at = "";
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST_F(LimitsRespected, RightAtMidnightADayIsNotTold) {
  limit("loss_limit", 99, "EUR");
  EXPECT_EQ(finding().verdict, Verdict::fail);
  for (LedgerEntry& entry : *run_.books.ledger_entries)
    entry.committed_at = "2026-02-01T00:00:00.400Z";
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(LimitsRespected, ALoanOrABonusOfAnExcludedPlayer) {
  limit("self_exclusion", 1, "", 0);
  for (const char* kind : {"loan", "bonus_grant"}) {
    for (LedgerEntry& entry : *run_.books.ledger_entries)
      if (entry.kind != "opening") entry.kind = "win";
    for (LedgerEntry& entry : *run_.books.ledger_entries)
      if (entry.tx == bet_->tx) entry.kind = kind;
    EXPECT_THAT(first(), testing::HasSubstr(fmt::format("{} ", kind)));
    EXPECT_THAT(first(), testing::HasSubstr("though excluded"));
  }
}

TEST_F(LimitsRespected, WhoWasRefusedForALimitHasOne) {
  limit("frozen", 0, "", 0);
  Operation& bet = run_.history.operations[nth(run_, OperationKind::bet, 300)];
  Attempt& answer = attempt_of(run_, bet.id);
  answer.outcome = Outcome::rejected;
  std::string_view("self_excluded").copy(answer.reason, sizeof answer.reason - 1);
  EXPECT_THAT(first(), testing::HasSubstr("was refused as self_excluded, and has no such limit"));
  player_ = player_name(bet.player);
  limit("self_exclusion", 1, "", last_);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(LimitsRespected, ALimitThatTheWalletTookIsThere) {
  limit("loss_limit", 5'000, "EUR", last_);
  Intent intent = {"limit:l1", "limit", player_, "", 5'000, "EUR", "ok", ""};
  run_.books.intents->push_back(intent);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  run_.books.player_limits->clear();
  EXPECT_EQ(red(run_), std::set<std::string>{"limits_respected"});
  EXPECT_THAT(first(), testing::HasSubstr("limit:l1: a limit of " + player_ + " was taken"));
}

TEST_F(LimitsRespected, WithoutTheTableItCannotBeSaid) {
  run_.books.player_limits.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST_F(LimitsRespected, ItsPlaceInTheOrderIsThatOfItsMoment) {
  auto& entries = *run_.books.ledger_entries;
  for (size_t i = 0; i < entries.size(); ++i)
    entries[i].committed_at = rfc3339(run_.zero_wall_ns + static_cast<int64_t>(i) * ns_per_s / 10);
  const int64_t half = entries[entries.size() / 2].seq;
  limit("deposit_limit", 100'000'000, "EUR", half);
  run_.books.player_limits->back().key = "l1";
  run_.books.intents->push_back({"limit:l1", "limit", player_, "", 100'000'000, "EUR", "ok",
                                 entries[entries.size() / 2].committed_at});
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  for (const int64_t after_seq : {int64_t{1}, last_, last_ + 1}) {
    run_.books.player_limits->back().after_seq = after_seq;
    EXPECT_THAT(first(), testing::HasSubstr("but said to be after entry"));
  }
}

}  // namespace
}  // namespace rehearse
