#include "undo/heal.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "../runtime/fake_runtime.hpp"
#include "base/files.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "undo/journal.hpp"

namespace rehearse {
namespace {

class HealTest : public testing::Test {
 protected:
  HealTest() { runtime_.nodes["wallet-1"] = {true, true}; }

  Status heal() { return heal(dir_); }
  Status heal(const std::string& run_dir) {
    return heal_and_scan(
        runtime_, run_dir, [this] { return residue(runtime_, {"wallet-1"}); },
        [this](const std::string& text) { said_ += text + "\n"; });
  }
  void plan(const PlannedFault& fault) {
    const auto journal = Journal::create(dir_ + "/faults.jsonl");
    ASSERT_TRUE((*journal)->planned(fault));
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::string said_;
  FakeRuntime runtime_;
};

TEST_F(HealTest, WhatTheJournalKnowsIsHealedAndMarked) {
  plan({"still", "process_pause", "wallet-1", {{"unpause", {"wallet-1"}}}});
  runtime_.nodes["wallet-1"].paused = true;
  EXPECT_TRUE(heal());
  EXPECT_EQ(said_, "healed still (process_pause on wallet-1)\n");
  EXPECT_TRUE(read_unhealed(dir_ + "/faults.jsonl")->empty());
}

TEST_F(HealTest, ALiveFaultWithoutAJournalIsFound) {
  runtime_.nodes["wallet-1"].paused = true;
  const auto done = heal();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ExitCode::machine);
  EXPECT_TRUE(done.error().message.starts_with("left behind: wallet-1 is still paused"));
  EXPECT_TRUE(said_.starts_with("what was planned is not known")) << said_;
}

TEST_F(HealTest, WithoutAJournalAWholeStackIsWellAndSoIsOneThatNobodyRehearsedOn) {
  EXPECT_TRUE(heal());
  said_.clear();
  EXPECT_TRUE(heal(""));
  EXPECT_EQ(said_, "");
}

TEST_F(HealTest, AJournalThatCallsAllHealedDoesNotHaveTheLastWord) {
  plan({"still", "process_pause", "wallet-1", {{"unpause", {"wallet-1"}}}});
  runtime_.nodes["wallet-1"].running = false;
  EXPECT_FALSE(heal());
  EXPECT_TRUE(read_unhealed(dir_ + "/faults.jsonl")->empty());
}

TEST_F(HealTest, OneThatCannotBeHealedIsSaidThoughNothingIsLeft) {
  ASSERT_TRUE(write_file_atomically(
      dir_ + "/faults.jsonl",
      R"({"step":"planned","id":"later","undo":[{"do":"warp","nodes":["wallet-1"]}]})"
      "\n"));
  EXPECT_FALSE(heal());
  EXPECT_NE(said_.find("later is not healed"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
