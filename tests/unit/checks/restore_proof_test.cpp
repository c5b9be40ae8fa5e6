// Restores that failed, and restored ledgers that are not the primary's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backed_up.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using testing::HasSubstr;

class RestoreProof : public testing::Test {
 protected:
  Finding finding() {
    run_.checks = {"restore_proof"};
    return finding_of(run_, "restore_proof");
  }
  std::string said() {
    const Finding found = finding();
    EXPECT_EQ(found.verdict, Verdict::fail) << found.summary;
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  Restore& restore() { return run_.books.restores->back(); }
  std::vector<LedgerEntry>& entries() { return *run_.restored.ledger_entries; }
  RecordedRun run_ = backed_up_run();
};

TEST_F(RestoreProof, TheLedgerUpToTheMoment) {
  EXPECT_EQ(finding().verdict, Verdict::pass) << testing::PrintToString(finding().witnesses);
  EXPECT_GT(finding().examined, 1'500);
  EXPECT_THAT(finding().summary, HasSubstr("F_0I restored to 2026-01-31T12:00:20.000Z: 3.000 GiB "
                                           "at 102.4 MiB/s, 64.0 MiB of WAL replayed at 10.7 "
                                           "MiB/s, 0.60 min in all"));
  EXPECT_THAT(finding().summary, testing::ContainsRegex("[0-9]+ slices alike, 1 round open"));
  EXPECT_THAT(finding().summary, testing::ContainsRegex("; [0-9]+ operations told of after it, "
                                                        "[0-9]+\\.[0-9]+ EUR"));
}

TEST_F(RestoreProof, WhatClientsWereToldSinceIsToldByWhoStillKnowsOfIt) {
  EXPECT_THAT(finding().summary,
              testing::ContainsRegex("EUR: the event log has [1-9][0-9]*, [0-9.]+ EUR; providers' "
                                     "books [0-9]+[^;]*; nobody [0-9]+"));
  EXPECT_TRUE(finding().witnesses.empty());
  run_.books.events->clear();
  const Finding found = finding();
  EXPECT_EQ(found.verdict, Verdict::pass);
  EXPECT_THAT(found.summary, testing::ContainsRegex("the event log has 0; providers' books "
                                                    "[1-9][0-9]*, [0-9.]+ EUR; nobody [1-9]"));
  ASSERT_FALSE(found.witnesses.empty());
  EXPECT_THAT(found.witnesses[0], testing::ContainsRegex("^k[^ ]+ [a-z_]+ of p[0-9]+: [0-9.]+ EUR, "
                                                         "told [0-9]+ ms after the moment$"));
}

// Whatever keeps a backup from being restored is told, and is red.
TEST_F(RestoreProof, ABackupThatCannotBeRestored) {
  const std::pair<const char*, const char*> outcomes[] = {
      {"corrupt", "is corrupt"},
      {"wal_missing", "WAL is missing"},
      {"wrong_key", "does not open it"},
      {"expired", "is expired"},
      {"failed", "it failed"},
      {"other_cluster", "of another cluster"},
      {"too_early", "no backup is as old as that"}};
  for (const auto& [outcome, words] : outcomes) {
    restore().outcome = outcome;
    restore().error = "in its words";
    EXPECT_THAT(said(), HasSubstr(words)) << outcome;
    EXPECT_THAT(said(), HasSubstr("in its words"));
  }
}

TEST_F(RestoreProof, ABackupThatIsNotWhatItMustBe) {
  const RecordedRun good = run_;
  restore().cluster = "8";
  EXPECT_THAT(said(), HasSubstr("cluster is `8`, and it must be `7312345`"));
  run_ = good;
  restore().schema_version = "d0";
  EXPECT_THAT(said(), HasSubstr("schema is `d0`"));
  run_ = good;
  restore().key_id = "k0";
  EXPECT_THAT(said(), HasSubstr("key that opened it is `k0`"));
  run_ = good;
  (*run_.books.backups)[1].checksum = "c2";
  EXPECT_THAT(said(), HasSubstr("checksum of its list of files is `c2`"));
  run_ = good;
  (*run_.books.backups)[1].expires_at = at(run_, 44'000);
  EXPECT_THAT(said(), HasSubstr("expired at"));
  run_ = good;
  restore().label = "E";
  EXPECT_THAT(said(), HasSubstr("in no catalogue"));
}

TEST_F(RestoreProof, AnEntryLess) {
  entries().erase(entries().begin() + 700);
  EXPECT_THAT(said(), HasSubstr("is not restored, though later ones are"));
  EXPECT_THAT(finding().summary, HasSubstr("differing: 2026-01-31T12h accounts"));
}

TEST_F(RestoreProof, AnEntryMore) {
  entries().push_back(entries().back());
  entries().back().seq += 1;
  EXPECT_THAT(said(), HasSubstr("its tx is not as the primary has it"));
  entries().back() = entries().front();
  EXPECT_THAT(said(), HasSubstr("is in the restored ledger alone"));
}

TEST_F(RestoreProof, AnEntryChanged) {
  entries()[700].amount_minor += 1;
  EXPECT_THAT(said(), HasSubstr("its amount_minor is not as the primary has it"));
  entries()[700].amount_minor -= 1;
  entries()[700].hash.back() ^= 1;
  EXPECT_THAT(said(), HasSubstr("its hash is not"));
}

TEST_F(RestoreProof, AMomentTooEarly) {
  run_.restored = books_until(run_, at(run_, 5'000));
  EXPECT_THAT(said(), HasSubstr("and not restored"));
  // So late that its writers could have been on their way, but clients were told.
  run_.restored = books_until(run_, at(run_, 19'500));
  EXPECT_THAT(said(), HasSubstr("ms before the moment, and not restored"));
}

TEST_F(RestoreProof, AMomentTooLate) {
  run_.restored = books_until(run_, at(run_, 20'500));
  EXPECT_THAT(said(), HasSubstr("which is after the moment"));
}

TEST_F(RestoreProof, AccountsFollowFromTheEntries) {
  run_.restored.accounts->front().balance_minor += 5;
  EXPECT_THAT(said(), HasSubstr("its restored entries come to"));
  run_.restored.accounts->erase(run_.restored.accounts->begin());
  EXPECT_THAT(said(), HasSubstr("has restored entries and no account"));
}

TEST_F(RestoreProof, KeysAndTombstones) {
  auto& intents = *run_.restored.intents;
  const Books good = run_.restored;
  // Of what was booked, shortly before the moment.
  const auto of_last = std::ranges::find(intents, entries().back().key, &Intent::key);
  ASSERT_NE(of_last, intents.end());
  intents.erase(of_last);
  EXPECT_THAT(said(), HasSubstr("sent again, it is booked again"));
  run_.restored = good;
  // A tombstone: a rollback that came before its bet.
  const auto is_tombstone = [](const Intent& intent) {
    return intent.operation == "rollback" && intent.amount_minor == 0;
  };
  intents.erase(std::ranges::find_if(intents, is_tombstone));
  EXPECT_THAT(said(), HasSubstr("and is not restored"));
  run_.restored = good;
  std::ranges::find_if(intents, is_tombstone)->state = "rejected";
  EXPECT_THAT(said(), HasSubstr("is not as the primary had it"));
  run_.restored = good;
  intents.front().key += "x";
  EXPECT_THAT(said(), HasSubstr("is in the restored database alone"));
  run_.restored = good;
  intents.front().updated_at = at(run_, 21'000);
  EXPECT_THAT(said(), HasSubstr("which is after the moment"));
}

TEST_F(RestoreProof, RoundsAreOpenThatWereOpenThen) {
  auto& rounds = *run_.restored.rounds;
  ASSERT_EQ(rounds.size(), 2u);
  rounds[0].state = "open";
  EXPECT_THAT(said(), HasSubstr("round r1: is not as the primary had it"));
  rounds.erase(rounds.begin());
  EXPECT_THAT(said(), HasSubstr("round r1: was there by"));
}

TEST_F(RestoreProof, SettingsAreThoseThatWerePublished) {
  const int64_t zero_ms = run_.zero_wall_ns / ns_per_ms;
  const auto version = [&](int64_t number, int64_t t_ms) {
    return SettingVersion{"texts", number, "{}", "hash", "officer-1", "officer-2", zero_ms + t_ms};
  };
  run_.books.settings = {{version(1, -30'000), version(2, -20'000), version(3, 40'000)}};
  run_.restored.settings = {{version(1, -30'000), version(2, -20'000)}};
  EXPECT_EQ(finding().verdict, Verdict::pass);
  run_.restored.settings->back().content = "{\"deposit\":\"x\"}";
  EXPECT_THAT(said(), HasSubstr("texts 2: is not as it was published"));
  run_.restored.settings->pop_back();
  EXPECT_THAT(said(), HasSubstr("texts 2: was published before the moment, and is not restored"));
  run_.restored.settings->push_back(version(2, -20'000));
  run_.restored.settings->push_back(version(4, 5'000));
  EXPECT_THAT(said(), HasSubstr("texts 4: is in the restored database alone"));
}

TEST_F(RestoreProof, LimitsHoldThatHeldThen) {
  auto& limits = *run_.restored.player_limits;
  ASSERT_EQ(limits.size(), 1u);
  limits[0].value_minor = 0;
  EXPECT_THAT(said(), HasSubstr("frozen of p0003 (l1): is not as the primary has it"));
  limits.clear();
  EXPECT_THAT(said(), HasSubstr("frozen of p0003 (l1): is not restored"));
}

TEST_F(RestoreProof, WithoutItsBooksNothingCanBeSaid) {
  run_.restored.intents.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  run_.books.restores->clear();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
