// Backups that are not what the platform declares.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backed_up.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using testing::HasSubstr;

class BackupPolicyCheck : public testing::Test {
 protected:
  Finding finding() {
    run_.checks = {"backup_policy"};
    return finding_of(run_, "backup_policy");
  }
  std::string said() {
    const Finding found = finding();
    EXPECT_EQ(found.verdict, Verdict::fail) << found.summary;
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  // What is said of the second of the increments, once it was changed so.
  template <typename Change>
  std::string said_of(Change change) {
    const RecordedRun kept = run_;
    change((*run_.books.backups)[2]);
    std::string words = said();
    run_ = kept;
    return words;
  }
  RecordedRun run_ = backed_up_run();
};

TEST_F(BackupPolicyCheck, AsDeclared) {
  EXPECT_EQ(red(run_), std::set<std::string>());
  EXPECT_EQ(finding().verdict, Verdict::pass)
      << testing::PrintToString(finding().witnesses) << finding().summary;
  EXPECT_THAT(finding().summary,
              HasSubstr("1 full backup and 3 increments; no backup of cache: copied into"));
}

TEST_F(BackupPolicyCheck, ScheduleAndRetentionAreThoseOfTheField) {
  const BackupPolicy good = run_.backup_policy;
  run_.backup_policy.full_ms *= 2;
  EXPECT_THAT(said(), HasSubstr("a full backup every 48.0 h"));
  run_.backup_policy = good;
  run_.backup_policy.incremental_ms *= 2;
  EXPECT_THAT(said(), HasSubstr("increments every 4.0 h"));
  run_.backup_policy = good;
  run_.backup_policy.retention_ms /= 5;
  EXPECT_THAT(said(), HasSubstr("kept for 6.0 d"));
  run_.backup_policy.retention_ms *= 20;
  EXPECT_THAT(said(), HasSubstr("kept for 120.0 d"));
}

TEST_F(BackupPolicyCheck, ABackupThatWasNotMadeInItsTime) {
  auto& backups = *run_.books.backups;
  backups.erase(backups.begin() + 2);
  EXPECT_THAT(said(), HasSubstr("for 60 s, 4.0 h of the schedule's clock"));
  run_ = backed_up_run();
  run_.books.backups->front().started_at = at(run_, -5'000);
  run_.books.backups->front().finished_at = at(run_, -2'000);
  EXPECT_THAT(said(), HasSubstr("there was no full backup when the rehearsal began"));
  run_.books.backups->front().started_at = at(run_, -15'000);
  run_.books.backups->front().finished_at = at(run_, 2'000);
  EXPECT_THAT(said(), HasSubstr("there was no full backup when the rehearsal began")) << "begun";
  run_.books.backups->clear();
  EXPECT_THAT(said(), HasSubstr("ledger: is backed up nowhere"));
}

TEST_F(BackupPolicyCheck, HowLongOneTakesPutsOffTheNextOneAlone) {
  auto& backups = *run_.books.backups;
  backups.front().started_at = at(run_, -75'000);
  EXPECT_EQ(finding().verdict, Verdict::pass) << "the one that opens the gap";
  backups.erase(backups.begin() + 2);
  EXPECT_THAT(said(), HasSubstr("for 60 s, 4.0 h of the schedule's clock"));
}

TEST_F(BackupPolicyCheck, EachBackupIsWholeEncryptedKeptAndApart) {
  const auto later = [&](double ms) { return at(run_, ms); };
  EXPECT_THAT(said_of([](Backup& it) { it.cipher = "none"; }), HasSubstr("not encrypted"));
  EXPECT_THAT(said_of([](Backup& it) { it.key_id.clear(); }), HasSubstr("which key"));
  EXPECT_THAT(said_of([&](Backup& it) { it.expires_at = later(29.0 * 86'400'000); }),
              HasSubstr("not for 30.0 d"));
  EXPECT_THAT(said_of([&](Backup& it) { it.locked_until = later(6.0 * 86'400'000); }),
              HasSubstr("not for 7.0 d"));
  EXPECT_THAT(said_of([](Backup& it) { it.locked_until.clear(); }), HasSubstr("is locked until"));
  EXPECT_THAT(said_of([](Backup& it) { it.place = "az-2"; }), HasSubstr("lies in `az-2`"));
  EXPECT_THAT(said_of([](Backup& it) { it.checksum = "c2"; }), HasSubstr("not as it was made"));
  EXPECT_THAT(said_of([](Backup& it) { it.wal_last = "000000010000000000000003"; }),
              HasSubstr("needs WAL from"));
  EXPECT_THAT(said_of([](Backup& it) { it.wal_stop = "000000010000000000000003"; }),
              HasSubstr("needs WAL from"));
  EXPECT_THAT(said_of([](Backup& it) { it.schema_version.clear(); }), HasSubstr("the schema"));
  EXPECT_THAT(said_of([](Backup& it) { it.cluster = "8"; }), HasSubstr("another cluster"));
  EXPECT_THAT(said_of([](Backup& it) { it.prior = "E"; }), HasSubstr("builds on `E`"));
  EXPECT_THAT(said_of([](Backup& it) { it.finished_at = "soon"; }), HasSubstr("ended at `soon`"));
  EXPECT_EQ(finding().verdict, Verdict::pass);
}

TEST_F(BackupPolicyCheck, NobodyMayDeleteAndSomebodyTried) {
  auto& attempts = *run_.books.backup_deletions;
  attempts[1].status = 204;
  EXPECT_THAT(said(), HasSubstr("owner could delete version v1"));
  attempts[1] = attempts[0];
  attempts[1].kept = 0;
  EXPECT_THAT(said(), HasSubstr("backup could delete version v1"));
  const std::vector<std::pair<int, std::string>> no_proof = {
      {503, "SlowDown"}, {403, "SignatureDoesNotMatch"}, {400, "AccessDenied"}, {0, ""}};
  for (const auto& [status, error] : no_proof) {
    attempts[1] = attempts[0];
    attempts[1].kept = 1;
    attempts[1].status = status;
    attempts[1].error = error;
    EXPECT_EQ(finding().verdict, Verdict::inconclusive) << status << error;
    EXPECT_THAT(finding().summary, HasSubstr("the lock was not what refused backup"));
  }
  attempts.clear();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  EXPECT_THAT(finding().summary, HasSubstr("nobody tried"));
}

TEST_F(BackupPolicyCheck, WhatWasNeverRestoredIsNotKnownToBeABackup) {
  run_.books.restores->front().outcome = "corrupt";
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  run_.books.restores.reset();
  EXPECT_THAT(finding().summary, HasSubstr("none of the backups was restored"));
}

TEST_F(BackupPolicyCheck, EveryClassOfDataHasOneOrSaysWhyNot) {
  run_.backup_policy.classes["logs"] = "";
  EXPECT_THAT(said(), HasSubstr("logs: is backed up nowhere"));
  run_.backup_policy.classes.clear();
  EXPECT_THAT(said(), HasSubstr("names no class"));
}

TEST_F(BackupPolicyCheck, EachClassIsCopiedAsItMustBeAndRestored) {
  const auto said_of_last = [this](auto change) {
    const RecordedRun kept = run_;
    change(run_.books.kept_copies->back());
    std::string words = said();
    run_ = kept;
    return words;
  };
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.cipher = "none"; }),
              HasSubstr("is not encrypted as it must be, but `none`"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.checksum = "c8"; }),
              HasSubstr("is not as it was made"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.key_id = "k2"; }), HasSubstr("the key `k2`"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.schema_version.clear(); }),
              HasSubstr("does not tell the shape"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.expires_at = copy.made_at; }),
              HasSubstr("not for 30.0 d"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.locked_until = copy.made_at; }),
              HasSubstr("is locked until"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.outcome = "corrupt"; }),
              HasSubstr("could not be restored: corrupt"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.restored_rows = 6; }),
              HasSubstr("holds 7 rows, and 6 were restored"));
  EXPECT_THAT(said_of_last([](KeptCopy& copy) { copy.restored_at.clear(); }),
              HasSubstr("reports: no copy of it was restored"));
  run_.books.kept_copies->erase(run_.books.kept_copies->begin());
  EXPECT_THAT(said(), HasSubstr("reports: there was no copy of it when the rehearsal began"));
  run_.books.kept_copies.reset();
  EXPECT_THAT(said(), HasSubstr("reports: there was no copy"));
}

}  // namespace
}  // namespace rehearse
