// Money that moved before, without, or against its screening.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/instants.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

class NothingUnscreened : public testing::Test {
 protected:
  NothingUnscreened() {
    run_.capabilities.insert("screening");
    moved_ms_ = wall_ms_of(run_.books.provider_transfers->front().at).value();
    run_.books.screenings.emplace();
    run_.books.screening_verdicts.emplace();
    for (const ProviderTransfer& transfer : *run_.books.provider_transfers) {
      ScreeningRow row;
      row.business_key = transfer.business_key;
      row.player = intent_of(run_, transfer.business_key).player;
      row.direction = transfer.direction == "in" ? "deposit" : "payout";
      row.amount_minor = transfer.amount_minor;
      row.currency = transfer.currency;
      row.state = "clear";
      row.decided_by = "kyt-a";
      row.decided_at_ms = moved_ms_ - 1'000;
      run_.books.screenings->push_back(row);
      run_.books.screening_verdicts->push_back(
          {"kyt-a", "sc-" + row.business_key, row.business_key, "clear", ""});
    }
  }
  ScreeningRow& row_of(const std::string& key) {
    return *std::ranges::find(*run_.books.screenings, key, &ScreeningRow::business_key);
  }
  // Let through unscreened, and found clear afterwards.
  void defer(const std::string& key, int64_t bound_minor) {
    ScreeningRow& row = row_of(key);
    row.deferred_at_ms = moved_ms_ - 500;
    row.decided_at_ms = moved_ms_ + 30'000;
    row.bound_minor = bound_minor;
    row.window_s = 600;
  }
  Finding finding() { return finding_of(run_, "nothing_unscreened"); }
  std::string first() {
    const Finding found = finding();
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }

  RecordedRun run_ = honest_run();
  int64_t moved_ms_ = 0;
  std::string deposit_ = key(run_, nth(run_, OperationKind::deposit, 30));
  std::string payout_ = key(run_, nth(run_, OperationKind::payout, 30));
};

TEST_F(NothingUnscreened, AnHonestRun) {
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  EXPECT_THAT(finding().summary, testing::HasSubstr("140 payouts and 140 deposits"));
}

TEST_F(NothingUnscreened, PaidWithoutAScreening) {
  std::erase_if(*run_.books.screenings, [&](const auto& r) { return r.business_key == payout_; });
  EXPECT_EQ(red(run_), std::set<std::string>{"nothing_unscreened"});
  EXPECT_THAT(first(), testing::HasSubstr("without a screening"));
}

TEST_F(NothingUnscreened, AnotherPlayerOrOtherMoneyThanWasScreened) {
  for (const std::string& key : {payout_, deposit_}) {
    const ScreeningRow honest = row_of(key);
    row_of(key).player = "p0777";
    EXPECT_EQ(red(run_), std::set<std::string>{"nothing_unscreened"});
    EXPECT_THAT(first(), testing::HasSubstr("of p0777 was screened"));
    row_of(key) = honest;
    row_of(key).amount_minor -= 1;
    EXPECT_THAT(first(), testing::HasSubstr("was screened"));
    row_of(key) = honest;
    row_of(key).currency = "BRL";
    EXPECT_THAT(first(), testing::HasSubstr("BRL of"));
    row_of(key) = honest;
  }
}

TEST_F(NothingUnscreened, SentBeforeItsProviderHadFoundItClear) {
  auto& verdicts = *run_.books.screening_verdicts;
  const auto verdict = std::ranges::find(verdicts, payout_, &ScreeningVerdict::business_key);
  verdict->decided_at = "2026-01-31T11:59:59.000Z";
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  verdict->decided_at = "2026-01-31T12:00:07.000Z";
  EXPECT_EQ(red(run_), std::set<std::string>{"nothing_unscreened"});
  EXPECT_THAT(first(), testing::HasSubstr("7000 ms before kyt-a had found it clear"));
}

TEST_F(NothingUnscreened, CreditedWhileItWasHeld) {
  ScreeningRow& row = row_of(deposit_);
  row.state = "held";
  row.decided_by.clear();
  row.decided_at_ms.reset();
  EXPECT_EQ(finding().verdict, Verdict::fail);
  EXPECT_THAT(first(), testing::HasSubstr("while held"));
  run_.drained_ms.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  row.state = "refused";
  EXPECT_EQ(finding().verdict, Verdict::fail);
}

TEST_F(NothingUnscreened, PaidThoughItWasRefusedOrBeforeItWasClear) {
  row_of(payout_).decided_at_ms = moved_ms_ + 101;
  EXPECT_THAT(first(), testing::HasSubstr("101 ms before it was clear"));
  row_of(payout_).decided_at_ms = moved_ms_ - 1;
  EXPECT_EQ(finding().verdict, Verdict::pass);
  row_of(payout_).state = "refused";
  EXPECT_THAT(first(), testing::HasSubstr("while refused"));
}

TEST_F(NothingUnscreened, AClearFindingThatTheProviderNeverMade) {
  std::erase_if(*run_.books.screening_verdicts,
                [&](const auto& v) { return v.business_key == payout_; });
  EXPECT_THAT(first(), testing::HasSubstr("whose book does not have it"));
  row_of(payout_).decided_by = "officer:officer-1";
  EXPECT_EQ(finding().verdict, Verdict::pass);
  run_.books.screening_verdicts->back().state = "refused";
  EXPECT_THAT(first(), testing::HasSubstr("found it refused"));
}

TEST_F(NothingUnscreened, LetThroughWithinItsBoundAndScreenedLater) {
  defer(deposit_, 2'000);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  EXPECT_THAT(finding().summary, testing::HasSubstr("1 let through"));
  row_of(deposit_).state = "deferred";
  EXPECT_THAT(first(), testing::HasSubstr("never screened afterwards"));
  run_.drained_ms.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST_F(NothingUnscreened, LetThroughBeyondItsBoundOrWithoutOne) {
  defer(deposit_, 3'999);
  defer(key(run_, nth(run_, OperationKind::deposit, 40)), 3'999);  // of the same player
  EXPECT_THAT(first(), testing::HasSubstr("40.00 EUR let through unscreened"));
  row_of(deposit_).bound_minor.reset();
  EXPECT_EQ(finding().verdict, Verdict::fail);
}

TEST_F(NothingUnscreened, AWithdrawalIsNeverLetThrough) {
  defer(payout_, 100'000);
  EXPECT_THAT(first(), testing::HasSubstr("a payout was let through"));
}

TEST_F(NothingUnscreened, WithoutTheProvidersBooksItCannotBeSaid) {
  run_.books.screening_verdicts.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  run_.books.screenings.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST(Instants, AsBooksWriteThem) {
  EXPECT_EQ(wall_ms_of("1970-01-01T00:00:01.250Z"), 1'250);
  EXPECT_EQ(wall_ms_of("1970-01-02 00:00:00+00"), 86'400'000);
  EXPECT_EQ(wall_ms_of("2026-01-31 12:00:00.123456+00"), 1'769'860'800'123);
  for (const char* wrong :
       {"", "yesterday", "2026-01-31T12:00:00", "2026-13-31T12:00:00Z", "2026-01-31 12:00:00+02"})
    EXPECT_FALSE(wall_ms_of(wrong)) << wrong;
}

}  // namespace
}  // namespace rehearse
