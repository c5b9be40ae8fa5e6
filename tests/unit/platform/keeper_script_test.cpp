// What the keeper's script copies, and of what it says that it cannot be restored.
#include <cstdlib>
#include <sstream>

#include "image_script.hpp"

namespace rehearse {
namespace {

class KeeperScript : public testing::Test {
 protected:
  KeeperScript() {
    ::setenv("STORE", "198.18.6.10:7070", 1);
    ::setenv("EVENTS", "198.18.1.31:9092", 1);
    ::setenv("KEEP_DAYS", "30", 1);
    EXPECT_TRUE(make_directories(script_.dir + "/secrets"));
    for (const char* account : {"backup-writer", "backup-reader"}) secret(account, "secret");
    secret("backup-key", "the key");
    script_.program("kcat", R"(printf '0\t0\t{"tx":"a"}\n0\t2\t{"tx":"b"}\n')");
    // A store of one object.
    script_.program("curl",
                    "for word; do case ${before:-} in -o) out=$word ;; --data-binary) in=$word ;; "
                    "esac; before=$word; done\n"
                    "if [ -n \"${in:-}\" ]; then cp \"${in#@}\" \"$DIR/object\"; "
                    "else cp \"$DIR/object\" \"$out\"; fi");
  }
  void secret(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file_atomically(script_.dir + "/secrets/" + name, text));
  }
  std::string restored() { return script_.run({"restore", "events", "/backups/x"}).out; }

  test::ImageScript script_{"keeper/keep", {{"/run/secrets", "/secrets"}, {"/run/logs", "/logs"}}};
};

TEST_F(KeeperScript, CopiesAreSealedAndOpenAgain) {
  std::istringstream said(script_.run({"make", "events"}).out);
  std::string object, sum, schema, cipher;
  int64_t rows = 0, bytes = 0, days = 0;
  said >> object >> rows >> bytes >> sum >> schema >> cipher >> days;
  ASSERT_TRUE(said);
  EXPECT_TRUE(object.starts_with("/backups/class/events/")) << object;
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(sum.size(), 64u);
  EXPECT_EQ(cipher, "aes-256-cbc");
  EXPECT_EQ(days, 30);
  const std::string sealed = read_file(script_.dir + "/object").value_or("");
  EXPECT_EQ(std::ssize(sealed), bytes);
  EXPECT_TRUE(sealed.starts_with("Salted__"));
  EXPECT_EQ(restored(), "ok 2\n");
}

TEST_F(KeeperScript, WhatCannotBeRestoredIsTold) {
  ASSERT_EQ(script_.run({"make", "events"}).exit_status, 0);
  secret("backup-key", "another key");
  EXPECT_EQ(restored(), "wrong_key 0\n");
  secret("backup-key", "");
  EXPECT_EQ(restored(), "wrong_key 0\n");
  secret("backup-key", "the key");
  EXPECT_EQ(restored(), "ok 2\n");
  script_.program("curl", "exit 22");
  EXPECT_EQ(restored(), "corrupt 0\n");
  EXPECT_EQ(script_.run({"make", "nothing"}).exit_status, 64);
}

TEST_F(KeeperScript, LogsAreKeptLineByLine) {
  EXPECT_TRUE(make_directories(script_.dir + "/logs"));
  EXPECT_TRUE(write_file_atomically(script_.dir + "/logs/wallet-1.log", "one\n\ntwo\n"));
  EXPECT_TRUE(write_file_atomically(script_.dir + "/logs/edge-1.log", "three\n"));
  const auto made = script_.run({"make", "logs"});
  EXPECT_NE(made.out.find("/backups/class/logs/"), std::string::npos) << made.out;
  EXPECT_EQ(script_.run({"restore", "logs", "/backups/x"}).out, "ok 4\n");
}

TEST_F(KeeperScript, DecisionsOfScreeningAreKeptOneByOne) {
  const std::vector<std::string> provider = {"ANTIFRAUD=198.18.8.87:8080"};
  EXPECT_TRUE(write_file_atomically(
      script_.dir + "/verdicts",
      R"({"screenings":[{"screening":"s1","state":"clear"},{"screening":"s2","state":"held"}]})"));
  script_.program("curl",
                  "for word; do case ${before:-} in -o) out=$word ;; --data-binary) in=$word ;; "
                  "esac; last=$before before=$word; done\n"
                  "case $word in */control/book) cp \"$DIR/verdicts\" \"$out\"; exit ;; esac\n"
                  "if [ -n \"${in:-}\" ]; then cp \"${in#@}\" \"$DIR/object\"; "
                  "else cp \"$DIR/object\" \"$out\"; fi");
  ASSERT_EQ(script_.run({"make", "antifraud"}, provider).exit_status, 0);
  EXPECT_EQ(script_.run({"restore", "antifraud", "/backups/x"}, provider).out, "ok 2\n");
}

class AutopsyScript : public testing::Test {
 protected:
  AutopsyScript() {
    EXPECT_TRUE(make_directories(script_.dir + "/data/pgdata"));
    script_.program("pg_waldump",
                    "echo 'tx: 7, desc: COMMIT x'; echo 'tx: 8, desc: ABORT'; exit 1");
    fork_at("0/3000000");
    write("before");
  }
  void fork_at(const std::string& lsn) {
    script_.program("pg_rewind", "echo 'pg_rewind: servers diverged at WAL location " + lsn +
                                     " on timeline 1' >&2");
  }
  void write(const std::string& text) {
    EXPECT_TRUE(write_file_atomically(script_.dir + "/data/pgdata/file", text));
  }
  std::string kept() { return read_file(script_.dir + "/data/deposed/file").value_or("nothing"); }
  std::string keep() {
    EXPECT_EQ(script_.run({"keep", "-D", "x"}).exit_status, 0);
    const std::string state = script_.run({"state"}).out;
    return state.substr(0, state.rfind(' '));
  }
  test::ImageScript script_{"postgres/autopsy",
                            {{"/usr/lib/postgresql/15/bin", "/bin"}, {"/data/postgres", "/data"}}};
};

TEST_F(AutopsyScript, KeepsWhatAFailedRewindWouldSpoilOnce) {
  EXPECT_EQ(keep(), "1 0/3000000 1");
  EXPECT_EQ(kept(), "before");
  write("half rewound");
  EXPECT_EQ(keep(), "1 0/3000000 1");
  EXPECT_EQ(kept(), "before");
  fork_at("0/5000000");
  EXPECT_EQ(keep(), "1 0/5000000 1");
  EXPECT_EQ(kept(), "half rewound");
}

TEST_F(AutopsyScript, WithoutCommitsOfItsOwnNothingIsKept) {
  script_.program("pg_waldump", "echo 'tx: 8, desc: ABORT'");
  EXPECT_EQ(keep(), "");
  EXPECT_EQ(kept(), "nothing");
  script_.program("pg_rewind", "echo 'pg_rewind: no rewind required' >&2");
  EXPECT_EQ(keep(), "");
}

}  // namespace
}  // namespace rehearse
