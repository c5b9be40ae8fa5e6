// How a backup is made, told of, and tried to be taken away.
#include <gtest/gtest.h>

#include <filesystem>

#include "backup_nodes.hpp"

namespace rehearse {
namespace {

class BackupsTest : public testing::Test {
 protected:
  test::BackupNodes nodes_;
  Backups backups_{nodes_.runtime, nodes_.stack};
};

TEST_F(BackupsTest, AreMadeOnThePrimaryAndTellSchemaAndKey) {
  ASSERT_TRUE(backups_.take(BackupKind::full, "db-2"));
  EXPECT_TRUE(nodes_.runtime.called(
      "exec db-2 backup full --annotation=schema=d1 --annotation=key=" + key_id_of("secret")));
  ASSERT_TRUE(backups_.take(BackupKind::incremental, "db-2"));
  EXPECT_EQ(nodes_.labels, (std::vector<std::string>{"B0", "B1"}));
  EXPECT_EQ(key_id_of("secret").size(), 12u);
  EXPECT_EQ(key_id_of("secret").find("secret"), std::string::npos);
}

TEST_F(BackupsTest, OneThatFailsSaysWhy) {
  nodes_.state = "failed\nunable to load info file\n";
  const auto made = backups_.take(BackupKind::full, "db-2");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("unable to load info file"), std::string::npos);
  EXPECT_FALSE(backups_.take(BackupKind::full, "db-1")) << "it has no key";
  nodes_.state = "done\n";
  nodes_.sum = "";
  const auto unread = backups_.take(BackupKind::full, "db-2");
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().message, "B0: its list of files cannot be read");
}

TEST_F(BackupsTest, AreListedByAnyNodeThatAnswers) {
  ASSERT_TRUE(backups_.take(BackupKind::full, "db-2"));
  nodes_.dead = {"db-1"};
  nodes_.sum = "another sum of ";
  const auto listed = backups_.list();
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1u);
  const Backup& backup = listed->front();
  const std::string manifest = "/backups/backup/casino/B0/backup.manifest";
  EXPECT_EQ(backup.checksum_made, "sum of " + manifest);
  EXPECT_EQ(backup.checksum, "another sum of " + manifest);
  EXPECT_EQ(backup.expires_at, "2026-03-02T12:00:06.000Z") << "as the tool says";
  EXPECT_EQ(backup.locked_until, "2026-03-02T12:00:00.000Z");
  EXPECT_EQ(backup.place, "store");
  EXPECT_EQ(backup.data_places, "az-1 az-2");
  nodes_.dead.clear();
  nodes_.cut_off = {"db-1"};
  EXPECT_TRUE(backups_.list()) << "by who reaches the store";
  nodes_.dead = {"db-2"};
  EXPECT_FALSE(backups_.list());
  nodes_.dead = {"db-1", "db-2"};
  EXPECT_FALSE(backups_.list());
  nodes_.dead.clear();
  nodes_.retention = "";
  EXPECT_FALSE(backups_.list());
}

TEST_F(BackupsTest, ARestoreBeginsAlsoWhereItsWalIsNotArchivedInTime) {
  nodes_.stack.file.backups.restorer = "restore";
  nodes_.stack.nodes.push_back({"restore-1", "restore", "store", "198.18.6.20", 1, {}});
  bool begun = false;
  nodes_.runtime.on_exec = [&](const std::string& node,
                               const std::vector<std::string>& argv) -> Result<std::string> {
    if (node == "restore-1") begun = argv[1] == "begin";
    return argv.back().find("archiver") == std::string::npos ? "00A\n" : "009\n";
  };
  EXPECT_TRUE(backups_.begin_restore("db-2", "2026-01-31T12:00:00.000Z", 1));
  EXPECT_TRUE(begun);
}

TEST_F(BackupsTest, DeletionIsTriedByWhoMakesThemAndByWhoOwnsTheStore) {
  const auto attempts = backups_.try_to_delete();
  ASSERT_TRUE(attempts) << attempts.error().message;
  ASSERT_EQ(attempts->size(), 2u);
  EXPECT_EQ((*attempts)[0].account, "backup");
  EXPECT_EQ((*attempts)[1].account, "owner");
  for (const BackupDeletion& attempt : *attempts) {
    EXPECT_EQ(attempt.version, "v7");
    EXPECT_EQ(attempt.status, 403);
    EXPECT_EQ(attempt.kept, 1);
    EXPECT_EQ(attempt.error, "AccessDenied");
  }
  EXPECT_TRUE(
      nodes_.runtime.called("exec s3-1 s3 owner DELETE /backups/deletion-probe?versionId=v7"));
  nodes_.deletion_status = 204;
  nodes_.read_status = 404;
  EXPECT_EQ(backups_.try_to_delete()->back().status, 204);
  EXPECT_EQ(backups_.try_to_delete()->back().kept, 0);
}

TEST_F(BackupsTest, WhereNoStoreIsRaisedNothingIsKept) {
  EXPECT_TRUE(backups_.are_kept());
  nodes_.stack.file.backups = {};
  EXPECT_FALSE(backups_.are_kept());
}

}  // namespace
}  // namespace rehearse
