// Personal data that is not at home.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

class DataResidency : public testing::Test {
 protected:
  DataResidency() {
    run_.capabilities.insert("residency");
    run_.books.residency.emplace();
    std::set<std::string> players;
    for (const Account& account : *run_.books.accounts)
      if (account.bucket == "cash") players.insert(account.owner);
    for (const auto& player : players) run_.books.residency->push_back({"EU", player, "EU"});
    run_.books.residency_reads = {{{"EU", *players.begin(), "EU", "screening", "ok"},
                                   {"BR", *players.begin(), "EU", "officer:officer-1", "refused"}}};
  }
  Finding finding() { return finding_of(run_, "data_residency"); }
  std::string first() {
    const Finding found = finding();
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  RecordedRun run_ = honest_run();
};

TEST_F(DataResidency, AtHomeAndReadOnlyThere) {
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  EXPECT_THAT(finding().summary, testing::HasSubstr("1 reads at home, 1 from elsewhere refused"));
}

TEST_F(DataResidency, ARecordAwayFromHome) {
  run_.books.residency->front().home = "BR";
  EXPECT_EQ(red(run_), std::set<std::string>{"data_residency"});
  EXPECT_THAT(first(), testing::HasSubstr("at home in BR, but its data lies in EU"));
}

TEST_F(DataResidency, TwoRecordsOrNone) {
  run_.books.residency->push_back({"BR", run_.books.residency->front().player, "BR"});
  EXPECT_THAT(first(), testing::HasSubstr("more than one record"));
  run_.books.residency->pop_back();
  run_.books.residency->pop_back();
  EXPECT_THAT(first(), testing::HasSubstr("no record"));
}

TEST_F(DataResidency, AReadFromElsewhereThatWasAllowed) {
  run_.books.residency_reads->back().outcome = "ok";
  EXPECT_THAT(first(), testing::HasSubstr("given to officer:officer-1 through BR"));
}

TEST_F(DataResidency, WithoutTheTrailItCannotBeSaid) {
  run_.books.residency_reads.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

class RegionalResidency : public DataResidency {
 protected:
  RegionalResidency() {
    for (auto& row : *run_.books.residency) row.region = row.home_region = "a";
    for (auto& read : *run_.books.residency_reads) read.region = read.home_region = "a";
    run_.books.residency_places = {{{"a", "table public.entries", "money", 5, 2, 0, ""},
                                    {"b", "table public.entries", "money", 5, 2, 0, ""},
                                    {"b", "table vault_br.player_data", "", 0, 2, 0, ""}}};
  }
  ResidencyPlace& place() { return run_.books.residency_places->at(2); }
};

TEST_F(RegionalResidency, AllAtHomeAndNothingElsewhere) {
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(RegionalResidency, ARecordInTheOtherRegionsVault) {
  run_.books.residency->front().region = "b";
  EXPECT_THAT(first(),
              testing::HasSubstr("at home in EU of region a, but its data lies in region b"));
}

TEST_F(RegionalResidency, AReadInTheOtherRegion) {
  run_.books.residency_reads->front().region = "b";
  EXPECT_THAT(first(), testing::HasSubstr("given to screening through b"));
}

TEST_F(RegionalResidency, ATableThatMayNotBeInBothRegions) {
  place().rows = 3;
  EXPECT_THAT(first(),
              testing::HasSubstr("table vault_br.player_data of region b: 3 rows of what"));
}

TEST_F(RegionalResidency, PersonalDataWhereItMayNotBe) {
  place() = {"b", "table public.security_events", "refusals", 9, 2, 1, "p0001"};
  EXPECT_THAT(first(),
              testing::HasSubstr("region b: 1 rows tell personal data, the first that of p0001"));
}

TEST_F(RegionalResidency, WhatWasNotSearchedIsNotProven) {
  for (auto& place : *run_.books.residency_places) place.marks = 0;
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST_F(DataResidency, WhoWasScreenedWasReadBefore) {
  const std::string player = run_.books.residency->front().player;
  run_.books.screenings.emplace();
  run_.books.screening_verdicts.emplace();
  for (const char* key : {"k1", "k2"}) {
    run_.books.screenings->push_back(
        {key, player, "deposit", 1, "EUR", "clear", "kyt-a", {}, {}, {}, {}});
    run_.books.screening_verdicts->push_back({"kyt-a", key, key, "clear", ""});
  }
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();  // refused or not, the trail has two
  run_.books.residency_reads->pop_back();
  EXPECT_THAT(first(), testing::HasSubstr("screened more often than the vault gave out"));
}

}  // namespace
}  // namespace rehearse
