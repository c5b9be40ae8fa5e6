// What the images' scripts that make, keep and restore backups refuse.

#include "image_script.hpp"
#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

class RestoreScript : public testing::Test {
 protected:
  RestoreScript() {
    script_.program("setpriv", "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"");
    script_.program("install", "for last; do :; done; mkdir -p \"$last\"");
    script_.program("pg_ctl", "exit 1");
    // It goes on until the test opens the gate.
    script_.program("pgbackrest",
                    "until [ -e \"$DIR/gate\" ]; do sleep 0.02; done; echo FATAL >&2; exit 1");
    (void)make_directories(script_.dir + "/www");
    EXPECT_EQ(script_.run({"forget"}).exit_status, 0);
  }
  int begin() { return script_.run({"begin", "2026-01-31T12:00:00.000Z"}).exit_status; }
  bool told(const std::string& word) {
    return read_file(script_.dir + "/www/state").value_or("").find(word) != std::string::npos;
  }
  bool soon_told(const std::string& word) {
    return test::soon([&] { return told(word); });
  }
  test::ImageScript script_{"postgres/restore",
                            {{"/run/restore", ""}, {"/data/postgres", "/data"}}};
};

TEST_F(RestoreScript, WhatBecameOfOneIsNotToldOfAnother) {
  EXPECT_EQ(begin(), 0);
  EXPECT_TRUE(told("started_ms")) << "as soon as it is begun";
  EXPECT_EQ(begin(), 75);
  EXPECT_EQ(script_.run({"forget"}).exit_status, 75);
  ASSERT_TRUE(write_file_atomically(script_.dir + "/gate", ""));
  EXPECT_TRUE(soon_told(R"("outcome": "failed")"));
  EXPECT_EQ(begin(), 75) << "it failed, and that is not read yet";
  EXPECT_TRUE(told(R"("outcome": "failed")"));
  EXPECT_EQ(script_.run({"forget"}).exit_status, 0);
  EXPECT_EQ(begin(), 0);
  EXPECT_TRUE(soon_told("finished_ms"));
}

TEST_F(RestoreScript, OneThatIsCutShortFailed) {
  script_.program("install", "exit 1");
  EXPECT_EQ(begin(), 0);
  EXPECT_TRUE(soon_told("it was cut short"));
  EXPECT_TRUE(told(R"("outcome": "failed")"));
}

TEST_F(RestoreScript, WithoutAKeyThatIsWhatIsMissing) {
  script_.program("pgbackrest",
                  "echo 'P00  ERROR: [037]: restore command requires option: repo1-cipher-pass' "
                  "| tee /dev/stderr; exit 37");
  EXPECT_EQ(begin(), 0);
  EXPECT_TRUE(soon_told(R"("outcome": "wrong_key")"));
}

// No backup is as old as the moment, whatever the tool has expired: nothing is wrong with the
// backups.
TEST_F(RestoreScript, AMomentBeforeTheFirstBackupIsTooEarly) {
  script_.program("pgbackrest",
                  "echo \"P00  ERROR: [075]: unable to find backup set with stop time less than "
                  "'2026-01-31 12:00:00.000+00'\" | tee /dev/stderr; exit 75");
  EXPECT_EQ(begin(), 0);
  EXPECT_TRUE(soon_told(R"("outcome": "too_early")"));
}

TEST(BackupConfigScript, ForgetsTheKeyAndNothingElse) {
  const test::ImageScript script("postgres/backup-config",
                                 {{"/etc/pgbackrest.conf", "/conf"}, {"/run/pgbackrest", ""}});
  script.program("chown", "true");
  ASSERT_TRUE(write_file_atomically(script.dir + "/conf",
                                    "repo1-path=/\nrepo1-cipher-pass=x\npg1-user=postgres\n"));
  const auto done = script.run({"no-key"});
  EXPECT_EQ(done.exit_status, 0) << done.err;
  EXPECT_EQ(read_file(script.dir + "/conf"), "repo1-path=/\npg1-user=postgres\n");
}

TEST(BackupScript, TellsTheRetentionThatTheToolHas) {
  const test::ImageScript script("postgres/backup", {{"/etc/pgbackrest.conf", "/conf"}});
  script.program("id", "echo 101");
  const std::string days = "repo1-retention-full=14\n";
  ASSERT_TRUE(
      write_file_atomically(script.dir + "/conf", "repo1-retention-full-type=time\n" + days));
  EXPECT_EQ(script.run({"retention"}).out, "14\n");
  ASSERT_TRUE(write_file_atomically(script.dir + "/conf", days));
  EXPECT_NE(script.run({"retention"}).exit_status, 0) << "so many backups are no time";
}

TEST(StoreScript, APutThatIsRefusedFails) {
  const test::ImageScript script("s3/s3", {{"/run/secrets", "/secrets"}});
  ASSERT_TRUE(make_directories(script.dir + "/secrets"));
  ASSERT_TRUE(write_file_atomically(script.dir + "/secrets/backup-writer", "secret"));
  script.program("openssl", "cat >/dev/null; echo sum");
  script.program("curl", "printf 'HTTP/1.1 200 OK\\r\\nx-amz-version-id: v7\\r\\n'");
  EXPECT_EQ(script.run({"put", "/backups/probe"}).out, "v7\n");
  EXPECT_EQ(script.run({"spoil", "/backups/a", "/backups/b"}).exit_status, 0);
  script.program("curl", "exit 22");
  EXPECT_NE(script.run({"put", "/backups/probe"}).exit_status, 0);
  EXPECT_NE(script.run({"spoil", "/backups/a", "/backups/b"}).exit_status, 0);
}

}  // namespace
}  // namespace rehearse
