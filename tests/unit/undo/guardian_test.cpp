#include "undo/guardian.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "../runtime/fake_runtime.hpp"
#include "base/clock.hpp"
#include "base/files.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "undo/journal.hpp"

namespace rehearse {
namespace {

class GuardianTest : public testing::Test {
 protected:
  GuardianTest() {
    EXPECT_EQ(::pipe(pipe_), 0);
    for (const char* name : {"etcd-1", "postgres-1", "wallet-1"})
      runtime_.nodes[name] = {true, true};
    auto journal = Journal::create(journal_path());
    EXPECT_TRUE((*journal)->planned(
        {"az", "zone_loss", "az-1", {{"uncut", {"etcd-1"}, everyone}, {"start", {"etcd-1"}}}}));
    EXPECT_TRUE(
        (*journal)->planned({"still", "process_pause", "wallet-1", {{"unpause", {"wallet-1"}}}}));
    runtime_.nodes["etcd-1"] = {true, false};
    runtime_.nodes["wallet-1"].paused = true;
    runtime_.cut_nodes = {"etcd-1"};
  }
  ~GuardianTest() override {
    ::close(pipe_[0]);
    if (pipe_[1] >= 0) ::close(pipe_[1]);
  }

  GuardianDuty duty() {
    return {.runtime = runtime_, .run_dir = dir_, .settle_ms = 0, .deadline_ms = 120'000};
  }
  void close_writer() {
    ::close(pipe_[1]);
    pipe_[1] = -1;
  }
  std::string journal_path() const { return dir_ + "/faults.jsonl"; }
  bool whole() { return residue(runtime_, {"etcd-1", "postgres-1", "wallet-1"})->empty(); }
  size_t first_call(const std::string& call) {
    return static_cast<size_t>(std::ranges::find(runtime_.calls, call) - runtime_.calls.begin());
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  int pipe_[2] = {-1, -1};
  FakeRuntime runtime_;
};

TEST_F(GuardianTest, AFarewellEndsItWithoutAnyDeed) {
  ASSERT_EQ(::write(pipe_[1], ".", 1), 1);
  close_writer();
  EXPECT_TRUE(guard(duty(), pipe_[0]));
  EXPECT_TRUE(runtime_.calls.empty());
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/guardian.log"));
  EXPECT_EQ(read_unhealed(journal_path())->size(), 2u);
}

TEST_F(GuardianTest, HealsAtOnceAfterASigkill) {
  const pid_t harness = ::fork();
  if (harness == 0) {  // holds the only writing end, as the harness does
    while (true) ::pause();
  }
  close_writer();
  const int64_t killed_ns = monotonic_ns();
  ::kill(harness, SIGKILL);
  auto rarely = duty();
  rarely.look_ms = 120'000;
  ASSERT_TRUE(guard(rarely, pipe_[0]));
  EXPECT_LT(monotonic_ns() - killed_ns, 60 * ns_per_s);  // it heard of it, and need not look
  ::waitpid(harness, nullptr, 0);
  EXPECT_TRUE(whole());
}

TEST_F(GuardianTest, DoesNothingWhileTheHarnessLivesAndNotForever) {
  auto bounded = duty();
  bounded.look_ms = 10;
  bounded.watch_ms_max = 50;
  EXPECT_TRUE(guard(bounded, pipe_[0]));
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(GuardianTest, GoesWhenNobodyNeedsItThoughTheHarnessLives) {
  auto idle = duty();
  idle.look_ms = 10;
  int looks = 0;
  idle.needed = [&looks] { return ++looks < 3; };
  EXPECT_TRUE(guard(idle, pipe_[0]));
  EXPECT_EQ(looks, 3);
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(GuardianTest, WhatIsQuickComesBeforeAnyStart) {
  ASSERT_TRUE(heal_all(duty()));
  EXPECT_LT(first_call("uncut"), first_call("start"));
  EXPECT_LT(first_call("unpause"), first_call("start"));
  EXPECT_LT(first_call("start"), runtime_.calls.size());
}

TEST_F(GuardianTest, SaysWhatItDidInItsLogAndInTheJournal) {
  ASSERT_TRUE(heal_all(duty()));
  EXPECT_TRUE(read_unhealed(journal_path())->empty());
  const auto journal = read_file(journal_path());
  EXPECT_NE(journal->find(R"("step":"healed","id":"az","by":"guardian")"), std::string::npos);
  EXPECT_NE(read_file(dir_ + "/guardian.log")->find("still: unpause wallet-1: done"),
            std::string::npos);
  runtime_.calls.clear();
  ASSERT_TRUE(heal_all(duty()));  // nothing is left for a second one
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(GuardianTest, TriesAgainWhatFailed) {
  runtime_.failing_starts = 2;
  ASSERT_TRUE(heal_all(duty()));
  EXPECT_TRUE(whole());
}

TEST_F(GuardianTest, WhatCannotBeHealedIsLeftForUndoAndSaid) {
  runtime_.failing_starts = 1'000;
  auto short_of_time = duty();
  short_of_time.deadline_ms = 400;
  const auto done = heal_all(short_of_time);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no memory for a start");
  EXPECT_EQ(read_unhealed(journal_path())->size(), 2u);
  EXPECT_FALSE(runtime_.nodes["wallet-1"].paused);
  EXPECT_TRUE(runtime_.cut_nodes.empty());
}

TEST_F(GuardianTest, WhatItDoesNotUnderstandKeepsNothingElseFromBeingHealed) {
  ASSERT_TRUE(Journal::resume(journal_path(), "test"));
  // A step of a later version, and a line that its writer did not finish.
  std::ofstream(journal_path(), std::ios::app)
      << R"({"step":"planned","id":"later","undo":[{"do":"warp","nodes":["etcd-1"]}]})"
      << "\n"
      << R"({"step":"pla)"
      << "\n";
  const int64_t began_ns = monotonic_ns();
  const auto done = heal_all(duty());
  ASSERT_FALSE(done);
  EXPECT_LT(monotonic_ns() - began_ns, 60 * ns_per_s);  // and is not tried until the deadline
  EXPECT_TRUE(whole());
  const auto open = read_unhealed(journal_path());
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().id, "later");
  const auto log = read_file(dir_ + "/guardian.log");
  EXPECT_NE(log->find("line 5 of the fault journal cannot be read"), std::string::npos) << *log;
  EXPECT_NE(log->find("not all is healed: the journal names an unknown undo"), std::string::npos);
}

TEST_F(GuardianTest, SaysInItsLogThatThereIsNoJournal) {
  std::filesystem::remove(journal_path());
  EXPECT_FALSE(heal_all(duty()));
  EXPECT_NE(read_file(dir_ + "/guardian.log")->find("what was planned is not known"),
            std::string::npos);
}

TEST_F(GuardianTest, ACommandThatEndsAfterTheHealingIsHealedAsWell) {
  auto patient = duty();
  patient.settle_ms = 250;
  int looks = 0;
  patient.needed = [&] {
    if (++looks == 3) (void)runtime_.kill({"etcd-1"});  // begun by the harness before it died
    return true;
  };
  ASSERT_TRUE(heal_all(patient));
  EXPECT_TRUE(runtime_.called("kill"));
  EXPECT_TRUE(whole());
}

TEST_F(GuardianTest, KeepsItsHandsOffTheStackOfAnotherRun) {
  auto late = duty();
  late.needed = [] { return false; };
  EXPECT_TRUE(heal_all(late));
  EXPECT_TRUE(runtime_.calls.empty());
  EXPECT_EQ(read_unhealed(journal_path())->size(), 2u);
}

}  // namespace
}  // namespace rehearse
