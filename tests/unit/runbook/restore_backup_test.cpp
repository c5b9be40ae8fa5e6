// The newest backup is restored without a database that could be asked.
#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>

#include "../base/test_server.hpp"
#include "runbook/action.hpp"
#include "tests/unit/platform/backup_nodes.hpp"

namespace rehearse {
namespace {

class RestoreBackupTest : public testing::Test {
 protected:
  RestoreBackupTest() {
    ComponentEntry restore;
    restore.name = "restore";
    restore.port = server_.port();
    nodes_.stack.file.components.push_back(restore);
    nodes_.stack.file.backups.restorer = "restore";
    nodes_.stack.nodes.push_back({"restore-1", "restore", "store", "127.0.0.1", 3, {}});
    nodes_.labels = {"B0"};
    nodes_.dead = {"db-1", "db-2"};
    nodes_.runtime.on_exec = [this](const std::string& node, const std::vector<std::string>& argv) {
      if (argv[0] == "restore") target_ = argv.at(2);
      return argv[0] == "restore" ? Result<std::string>("") : nodes_.answer(node, argv);
    };
    context_.effects = &nodes_.runtime;
  }
  ~RestoreBackupTest() override { std::filesystem::remove_all(nodes_.stack.secrets_dir); }

  void say(const std::string& state) {
    const std::lock_guard lock(mutex_);
    state_ = state;
  }
  std::string said() {
    const std::lock_guard lock(mutex_);
    return state_;
  }

  std::mutex mutex_;
  std::string state_ = R"({"outcome": ""})", target_;
  test::AnsweringServer server_{
      [this](const std::string&) { return test::http_answer("200 OK", said()); }};
  test::BackupNodes nodes_;
  ActionContext context_{nodes_.stack, {}};
  std::unique_ptr<Action> action_ = find_action("restore_backup")->make({"restore_backup"});
};

TEST_F(RestoreBackupTest, ToTheMomentAtWhichItWasBegunByTheStoreAlone) {
  const auto given = action_->give(context_);
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(target_, "2026-01-31T12:00:00.000Z");
}

TEST_F(RestoreBackupTest, WhereNobodyRestoresItIsRefused) {
  nodes_.stack.nodes.pop_back();
  EXPECT_EQ(action_->give(context_).error().message, "the stack has no node that restores go to");
}

TEST_F(RestoreBackupTest, IsSeenOnceTheNodeSaysThatItIsRestored) {
  EXPECT_FALSE(*action_->seen(context_));
  say(R"({"outcome": "", "started_ms": "1"})");
  EXPECT_FALSE(*action_->seen(context_));
  say(R"({"outcome": "ok", "started_ms": "1", "finished_ms": "2", "label": "B0"})");
  const auto seen = action_->seen(context_);
  ASSERT_TRUE(seen && *seen);
  EXPECT_EQ((*seen)->at("backup"), "B0");
  say(R"({"outcome": "corrupt", "started_ms": "1", "finished_ms": "2", "error": "bad"})");
  EXPECT_EQ(action_->seen(context_).error().message, "the restore ended as corrupt: bad");
}

}  // namespace
}  // namespace rehearse
