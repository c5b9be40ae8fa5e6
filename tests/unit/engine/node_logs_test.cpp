#include "engine/node_logs.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class NodeLogsTest : public testing::Test {
 protected:
  NodeLogsTest() {
    nodes_ = dir_ + "/nodes";
    run_ = dir_ + "/run";
    std::filesystem::create_directories(run_);
  }

  void append(const std::string& name, const std::string& text) {
    std::ofstream(nodes_ + "/" + name, std::ios::app) << text;
  }
  std::string copied(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(run_ + "/" + name).rdbuf();
    return text.str();
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::string nodes_, run_;
};

TEST_F(NodeLogsTest, ARunGetsWhatWasWrittenWhileItLasted) {
  auto first = NodeLogs::begin_anew(nodes_);
  ASSERT_TRUE(first) << first.error().message;
  append("wallet-1.log", "one\n");
  ASSERT_TRUE(first->copy_to(run_));
  EXPECT_EQ(copied("wallet-1.log"), "one\n");

  const auto second = NodeLogs::from_now_on(nodes_);
  append("wallet-1.log", "two\n");
  append("wallet-2.log", "new\n");
  ASSERT_TRUE(second.copy_to(run_));
  EXPECT_EQ(copied("wallet-1.log"), "two\n");
  EXPECT_EQ(copied("wallet-2.log"), "new\n");
}

TEST_F(NodeLogsTest, AFreshStackStartsWithoutAnOldersLogs) {
  std::filesystem::create_directories(nodes_);
  append("wallet-1.log", "old\n");
  const auto logs = NodeLogs::begin_anew(nodes_);
  ASSERT_TRUE(logs);
  ASSERT_TRUE(logs->copy_to(run_));
  EXPECT_FALSE(std::filesystem::exists(run_ + "/wallet-1.log"));
}

TEST_F(NodeLogsTest, QuietNodesAreNoErrorAndAMissingFolderIs) {
  std::filesystem::create_directories(nodes_);
  append("wallet-1.log", "old\n");
  EXPECT_TRUE(NodeLogs::from_now_on(nodes_).copy_to(run_));
  EXPECT_EQ(copied("wallet-1.log"), "");
  EXPECT_TRUE(NodeLogs().copy_to(run_));
  EXPECT_FALSE(NodeLogs::from_now_on(dir_ + "/nowhere").copy_to(run_));
}

}  // namespace
}  // namespace rehearse
