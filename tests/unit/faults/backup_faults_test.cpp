// What is done to the newest backup, and to the way to where backups are kept.
#include <fmt/ranges.h>

#include <filesystem>
#include <mutex>

#include "base/files.hpp"
#include "fault_fixture.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/platform/backup_words.hpp"

namespace rehearse {
namespace {

class BackupFaultTest : public FaultTest {
 protected:
  explicit BackupFaultTest(const std::string& fault) : FaultTest(fault) {
    runtime_.on_exec = [this](const std::string& node, const std::vector<std::string>& argv) {
      return answer(node, argv);
    };
  }
  Result<std::string> answer(const std::string& node, const std::vector<std::string>& argv) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(fmt::format("{} {}", node, fmt::join(argv, " ")));
    if (argv[0] == "psql")
      return argv.back().find("archiver") == std::string::npos ? "00A\n" : "009\n";
    if (argv[0] == "ransom" && node == held_) return fail(ExitCode::machine, "held");
    if (argv[0] == "ransom") return "7\n";
    if (argv[0] == "backup-config") opens_ = argv[1] != "no-key";
    if (argv[0] == "backup" && !opens_) return fail(ExitCode::machine, "no cipher-pass");
    return test::backup_answer(argv, spoiled_, sum_spoiled_, label_).value_or("");
  }
  bool asked(const std::string& words) const {
    return std::ranges::any_of(asked_, [&](const auto& one) { return one.starts_with(words); });
  }
  std::mutex mutex_;  // several nodes may be asked at once
  std::vector<std::string> asked_;
  bool spoiled_ = false, opens_ = true;
  std::string sum_spoiled_ = "c2", label_ = "F1", held_;
};

class BackupDeleteAttemptTest : public BackupFaultTest {
 protected:
  BackupDeleteAttemptTest() : BackupFaultTest("backup_delete_attempt") {}
};

TEST_F(BackupDeleteAttemptTest, IsMadeByBothAccountsAndAnswered) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "F1");
  EXPECT_FALSE(asked("s3-1 s3 backup"));
  ASSERT_TRUE(fault_->inject(runtime_));
  ASSERT_TRUE(seen());
  EXPECT_EQ(seen()->at("by_backup"), "status 403, kept");
  EXPECT_EQ(seen()->at("by_owner"), "status 403, kept");
  EXPECT_EQ(seen()->at("object"), "/backups/backup/casino/F1/backup.manifest");
  EXPECT_TRUE(fault_->restored(runtime_));
}

class BackupCorruptTest : public BackupFaultTest {
 protected:
  BackupCorruptTest() : BackupFaultTest("backup_corrupt") {}
};

TEST_F(BackupCorruptTest, IsSeenByAnotherChecksum) {
  ASSERT_TRUE(plan());
  EXPECT_FALSE(spoiled_);
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  ASSERT_TRUE(seen());
  EXPECT_EQ(seen()->at("checksum"), "c2");
  EXPECT_EQ(seen()->at("checksum_before"), "c1");
}

TEST_F(BackupCorruptTest, MeansTheNewestWhenItIsPutThere) {
  ASSERT_TRUE(plan());
  label_ = "F2";
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(asked("s3-1 s3 spoil /backups/backup/casino/F2/"));
  EXPECT_EQ(seen()->at("backup"), "F2");
}

TEST_F(BackupCorruptTest, WhatCannotBeReadIsNoOtherChecksum) {
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  sum_spoiled_ = "";
  EXPECT_FALSE(seen());
}

TEST_F(BackupCorruptTest, WhereNothingIsKeptThereIsNone) {
  stack_.file.backups = {};
  EXPECT_EQ(plan().error().message, "the stack has no store of backups");
}

class KeyLossTest : public BackupFaultTest {
 protected:
  KeyLossTest() : BackupFaultTest("key_loss") {
    stack_.secrets_dir = folder_.path();
    key_ = stack_.secrets_dir + "/postgres-2/backup-key";
    (void)make_directories(stack_.secrets_dir + "/postgres-2");
    (void)write_file_atomically(key_, "secret");
  }
  const test::TemporaryFolder folder_;
  std::string key_;
};

TEST_F(KeyLossTest, NobodyCanReadTheStoreAnyMore) {
  ASSERT_TRUE(plan());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(std::filesystem::exists(key_));
  for (const char* node : {"postgres-1", "postgres-2", "postgres-3", "restore-1"})
    EXPECT_TRUE(asked(std::string(node) + " backup-config no-key")) << node;
  ASSERT_TRUE(seen());
  EXPECT_EQ(seen()->at("said"), "no cipher-pass");
  EXPECT_FALSE(fault_->disruptive());
}

class RansomwareTest : public BackupFaultTest {
 protected:
  RansomwareTest() : BackupFaultTest("ransomware") {}
  const std::set<std::string> databases_ = {"postgres-1", "postgres-2", "postgres-3"};
};

TEST_F(RansomwareTest, TakesTheFilesOfEveryDatabaseAndNotTheBackups) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_FALSE(asked("postgres-1 ransom"));
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  for (const auto& node : databases_) EXPECT_TRUE(asked(node + " ransom take")) << node;
  ASSERT_TRUE(seen());
  EXPECT_EQ(seen()->at("backup"), "F1");
  EXPECT_EQ(seen()->at("deletion_by_backup"), "status 403, kept");
  EXPECT_EQ(seen()->at("deletion_by_owner"), "status 403, kept");
  EXPECT_EQ(seen()->at("taken_bytes"), "21");
  EXPECT_TRUE(*fault_->holds(runtime_));
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
}

// Who lost his files and runs on would never find them given back.
TEST_F(RansomwareTest, WhereOneHoldsItsFilesAllAreEndedAllTheSame) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  held_ = "postgres-2";
  EXPECT_EQ(fault_->inject(runtime_).error().message, "held");
  EXPECT_TRUE(*fault_->holds(runtime_));
}

TEST_F(RansomwareTest, WithoutAStoreThereIsNothingToKeep) {
  stack_.file.backups = {};
  EXPECT_EQ(plan().error().message, "the stack has no store of backups");
}

class ArchiveFailureTest : public BackupFaultTest {
 protected:
  ArchiveFailureTest() : BackupFaultTest("archive_failure") {}
};

TEST_F(ArchiveFailureTest, CutsTheWayAndOpensItAgain) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "s3-1");
  EXPECT_TRUE(runtime_.cut_nodes.empty());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(runtime_.cut_nodes, (std::set<std::string>{"postgres-1", "postgres-2", "postgres-3"}));
  ASSERT_TRUE(seen());
  EXPECT_EQ(seen()->at("waiting"), "00A");
  EXPECT_EQ(fault_->afterwards(runtime_).at("last_archived"), "009");
  EXPECT_TRUE(*fault_->holds(runtime_));
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
  EXPECT_FALSE(fault_->disruptive());
}

TEST_F(ArchiveFailureTest, WithoutAPrimaryThereIsNone) {
  view_.nodes["postgres-2"].role = "replica";
  EXPECT_FALSE(plan());
}

}  // namespace
}  // namespace rehearse
