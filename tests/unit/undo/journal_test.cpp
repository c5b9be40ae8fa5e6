#include "undo/journal.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "../base/test_server.hpp"
#include "../runtime/fake_runtime.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class JournalTest : public testing::Test {
 protected:
  JournalTest() { path_ = dir_ + "/faults.jsonl"; }

  const PlannedFault az_{"az",
                         "zone_loss",
                         "az-1",
                         {{"uncut", {"etcd-1", "postgres-1"}, everyone}, {"start", {"etcd-1"}}}};
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::string path_;
};

TEST_F(JournalTest, PlannedIsOnDiskAtOnceAndUnhealed) {
  const auto journal = Journal::create(path_);
  ASSERT_TRUE(journal);
  ASSERT_TRUE((*journal)->planned(az_));
  const auto open = read_unhealed(path_);  // while the writer is still alive
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().id, "az");
  ASSERT_EQ(open->front().undo.size(), 2u);
  EXPECT_EQ(open->front().undo[0].action, "uncut");
  EXPECT_EQ(open->front().undo[0].nodes, az_.undo[0].nodes);
  EXPECT_EQ(open->front().undo[0].detail, everyone);
  EXPECT_EQ(open->front().undo[1].action, "start");
}

TEST_F(JournalTest, NamesThatAreNoUtf8CostNoFaultItsUndo) {
  const auto journal = Journal::create(path_);
  ASSERT_TRUE(journal);
  PlannedFault odd = az_;
  odd.target = "az-\xff";
  ASSERT_TRUE((*journal)->planned(odd));
  EXPECT_TRUE((*journal)->mark("az", "failed", 1, {{"seen", "\xff"}}, "cannot open /tmp/\xff"));
  const auto open = read_unhealed(path_);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().target, "az-\xEF\xBF\xBD");
}

TEST_F(JournalTest, OnlyHealedClosesAFault) {
  const auto journal = Journal::create(path_);
  ASSERT_TRUE(journal);
  ASSERT_TRUE((*journal)->planned(az_));
  for (const char* step : {"injected", "effective", "failed", "healing"})
    ASSERT_TRUE((*journal)->mark("az", step, 1.0));
  EXPECT_EQ(read_unhealed(path_)->size(), 1u);
  ASSERT_TRUE((*journal)->mark("other", "healed", 2.0));
  EXPECT_EQ(read_unhealed(path_)->size(), 1u);
  ASSERT_TRUE((*journal)->mark("az", "healed", 2.0));
  EXPECT_TRUE(read_unhealed(path_)->empty());
}

TEST_F(JournalTest, ALineCutShortAtTheEndIsIgnored) {
  {
    const auto journal = Journal::create(path_);
    ASSERT_TRUE((*journal)->planned(az_));
  }
  std::ofstream(path_, std::ios::app) << R"({"step":"heal)";
  std::vector<std::string> unreadable;
  ASSERT_TRUE(read_unhealed(path_, &unreadable));
  EXPECT_EQ(read_unhealed(path_)->size(), 1u);
  EXPECT_TRUE(unreadable.empty());
}

TEST_F(JournalTest, ALineThatCannotBeReadIsReportedAndKeepsNoOtherFromBeingHealed) {
  std::ofstream(path_) << R"({"step":"planned","id":"one","undo":[{"do":"unpause","nodes":["a"]}]})"
                       << "\n{\"step\":\"inj\n\n[1]\n"
                       << R"({"step":"planned","id":"two","undo":[{"do":"unpause","nodes":["b"]}]})"
                       << "\n";
  std::vector<std::string> unreadable;
  const auto open = read_unhealed(path_, &unreadable);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 2u);
  EXPECT_EQ((*open)[1].id, "two");
  ASSERT_EQ(unreadable.size(), 3u);
  EXPECT_EQ(unreadable[0], "line 2 of the fault journal cannot be read");
  EXPECT_EQ(unreadable[2], "line 4 of the fault journal cannot be read");
}

TEST_F(JournalTest, APlanThatATornLineSwallowedIsFoundInIt) {
  std::ofstream(path_) << R"({"step":"effective","id":"x","evid)"
                       << R"({"step":"planned","id":"two","undo":[{"do":"unpause","nodes":["b"]}]})"
                       << "\n";
  std::vector<std::string> unreadable;
  const auto open = read_unhealed(path_, &unreadable);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().undo.front().nodes, std::vector<std::string>{"b"});
  EXPECT_EQ(unreadable.size(), 1u);
}

// As a later version might write it.
TEST_F(JournalTest, NothingThatALineMayHoldStopsTheReader) {
  std::ofstream(path_) << R"({"step":"planned","id":7,"fault":null,"target":["a"],"undo":[)"
                       << R"({"do":"unpause"},{"do":"unpause","nodes":"a"},{"do":5,"nodes":[5]},)"
                       << R"(6,{"do":"unpause","nodes":["a"]}],"v":9})"
                       << "\n"
                       << R"({"step":"planned","id":"none","v":9})"
                       << "\n"
                       << R"({"step":"planned","id":8,"undo":{}})"
                       << "\n"
                       << R"({"step":"dreamt","id":[]})"
                       << "\n"
                       << R"({"step":"healed","id":8})"
                       << "\n";
  const auto open = read_unhealed(path_);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 2u);
  EXPECT_EQ(open->front().id, "7");
  FakeRuntime runtime;
  runtime.nodes["a"] = {true, true, true};
  for (const auto& fault : *open) {
    const auto done = undo(runtime, fault.undo);
    ASSERT_FALSE(done) << fault.id;  // what is not understood is not called healed
    EXPECT_EQ(done.error().code, ExitCode::bug);
  }
  EXPECT_FALSE(runtime.nodes["a"].paused);
}

TEST_F(JournalTest, EachLineSaysItsVersion) {
  const auto journal = Journal::create(path_);
  ASSERT_TRUE((*journal)->planned(az_));
  ASSERT_TRUE((*journal)->mark("az", "failed", 1.0, {{"seen", "nothing"}}, "why"));
  ASSERT_TRUE((*journal)->healed_by("az", "undo"));
  ASSERT_TRUE(Journal::resume(path_, "undo"));
  std::ifstream file(path_);
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines)
    EXPECT_TRUE(line.ends_with(R"("v":1})")) << line;
  EXPECT_EQ(lines, 4);
}

// A full disk, as far as a process can have one of its own.
TEST_F(JournalTest, WhatADiskTookOfALineIsTakenBack) {
  const auto journal = Journal::create(path_);
  ASSERT_TRUE((*journal)->planned(az_));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{std::filesystem::file_size(path_) + 20, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const auto marked = (*journal)->mark("az", "injected", 1.0);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  EXPECT_FALSE(marked);
  EXPECT_EQ(std::filesystem::file_size(path_) + 20, full.rlim_cur);
  ASSERT_TRUE((*journal)->planned({"two", "process_pause", "b", {{"unpause", {"b"}}}}));
  std::vector<std::string> unreadable;
  EXPECT_EQ(read_unhealed(path_, &unreadable)->size(), 2u);
  EXPECT_TRUE(unreadable.empty());
}

TEST_F(JournalTest, AnotherGoesOnAfterTheLineThatADeadWriterCutShort) {
  {
    const auto journal = Journal::create(path_);
    ASSERT_TRUE((*journal)->planned(az_));
  }
  std::ofstream(path_, std::ios::app) << R"({"step":"inje)";
  const auto resumed = Journal::resume(path_, "guardian");
  ASSERT_TRUE(resumed);
  ASSERT_TRUE(read_unhealed(path_));
  EXPECT_EQ(read_unhealed(path_)->size(), 1u);
  ASSERT_TRUE((*resumed)->healed_by("az", "guardian"));
  ASSERT_TRUE(read_unhealed(path_));
  EXPECT_TRUE(read_unhealed(path_)->empty());
}

TEST_F(JournalTest, NothingIsResumedThatWasNeverBegun) {
  const auto journal = Journal::resume(dir_ + "/none", "guardian");
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().message.find(dir_ + "/none"), std::string::npos);
}

TEST_F(JournalTest, NoJournalDoesNotMeanThatNothingIsToBeHealed) {
  const auto open = read_unhealed(dir_ + "/none");
  ASSERT_FALSE(open);
  EXPECT_NE(open.error().message.find(dir_ + "/none"), std::string::npos);
}

TEST_F(JournalTest, CreateNamesThePathItCannotHave) {
  const auto journal = Journal::create(dir_ + "/no/such/faults.jsonl");
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().message.find("no/such"), std::string::npos);
}

// As a harness left it behind whose journal still spoke of addresses.
TEST_F(JournalTest, OneOfBeforeIsHealedAsWell) {
  test::TestServer server({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  FakeRuntime runtime;
  runtime.addresses["psp-a"] = "127.0.0.1";
  runtime.cut_nodes = {"wallet-1"};
  runtime.cut_peers["wallet-1"] = {"198.18.0.0/17", "198.18.2.21", "198.18.2.22"};
  std::ofstream(path_)
      << R"({"step":"planned","id":"az","fault":"zone_loss","target":"az-1","undo":[)"
      << R"({"do":"uncut","nodes":["wallet-1"],"detail":"198.18.0.0/17"},)"
      << R"({"do":"uncut","nodes":["wallet-1"],"detail":"198.18.2.21,198.18.2.22"}]})"
      << "\n"
      << R"({"step":"planned","id":"drop","fault":"provider_drop","target":"psp-a","undo":[)"
      << fmt::format(
             R"({{"do":"post","nodes":["psp-a"],"detail":"127.0.0.1:{}/control/x/end"}}]}})",
             server.endpoint().port)
      << "\n";
  const auto open = read_unhealed(path_);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 2u);
  for (const auto& fault : *open) EXPECT_TRUE(undo(runtime, fault.undo));
  EXPECT_TRUE(runtime.cut_nodes.empty());
  EXPECT_TRUE(server.request().starts_with("POST /control/x/end "));
}

TEST(Undo, EveryStepIsTriedAndTheFirstErrorIsTold) {
  FakeRuntime runtime;
  runtime.failing_starts = 1;
  runtime.cut_nodes = {"etcd-1"};
  const auto done = undo(runtime, {{"start", {"etcd-1"}}, {"uncut", {"etcd-1"}, everyone}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no memory for a start");
  EXPECT_TRUE(runtime.cut_nodes.empty());
}

TEST(Undo, IsIdempotent) {
  FakeRuntime runtime;
  runtime.nodes["etcd-1"] = {true, true};
  const std::vector<UndoStep> steps = {{"uncut", {"etcd-1"}, everyone}, {"start", {"etcd-1"}}};
  EXPECT_TRUE(undo(runtime, steps));
  EXPECT_TRUE(undo(runtime, steps));
  EXPECT_TRUE(residue(runtime, {"etcd-1"})->empty());
}

TEST(Undo, AnUnknownActionIsABugNotSilence) {
  FakeRuntime runtime;
  const auto done = undo(runtime, {{"warp", {"etcd-1"}}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ExitCode::bug);
}

TEST(Undo, AStepWithoutNodesHealsNothingAndSaysSo) {
  FakeRuntime runtime;
  const auto done = undo(runtime, {{"unpause", {}}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the journal's undo `unpause` names no nodes");
  EXPECT_TRUE(runtime.calls.empty());
}

TEST(Undo, PostsToNodesOfOursOnly) {
  FakeRuntime runtime;
  runtime.addresses["psp-a"] = "127.0.0.1";
  for (const char* detail : {"10.0.0.1:80/x", "127.0.0.1/x", ":80", "/x:80", ""}) {
    const auto done = undo(runtime, {{"post", {"psp-a"}, detail}});
    ASSERT_FALSE(done) << detail;
    EXPECT_EQ(done.error().code, ExitCode::bug) << detail;
  }
  const auto stranger = undo(runtime, {post_to("psp-b", 80, "/x")});
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, ExitCode::machine);
}

TEST(Undo, PostsToTheAddressThatTheRuntimeKnows) {
  test::TestServer server({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  FakeRuntime runtime;
  runtime.addresses["psp-a"] = "127.0.0.1";
  EXPECT_TRUE(undo(runtime, {post_to("psp-a", server.endpoint().port, "/control/x/end")}));
  EXPECT_TRUE(server.request().starts_with("POST /control/x/end "));
}

TEST(Undo, RunsAStatementOnEveryNode) {
  FakeRuntime runtime;
  ASSERT_TRUE(undo(runtime, {{"sql", {"postgres-1", "postgres-2"}, "SELECT 1"}}));
  ASSERT_EQ(runtime.calls.size(), 2u);
  EXPECT_TRUE(runtime.calls[1].starts_with("exec postgres-2 psql"));
  EXPECT_TRUE(runtime.calls[1].ends_with("-c SELECT 1"));
}

TEST(Undo, AServerThatDoesNotRunNeedsNoStatement) {
  FakeRuntime runtime;
  runtime.nodes["postgres-1"] = {true, false};
  runtime.nodes["postgres-2"] = {true, true};
  ASSERT_TRUE(undo(runtime, {{"sql", {"postgres-1", "postgres-2"}, "SELECT 1"}}));
  ASSERT_EQ(runtime.calls.size(), 1u);
  EXPECT_TRUE(runtime.calls[0].starts_with("exec postgres-2 psql"));
}

TEST(Undo, AStatementThatFailsIsAnErrorAndTheOthersStillRun) {
  FakeRuntime runtime;
  runtime.on_exec = [](const std::string& node, const auto&) -> Result<std::string> {
    if (node == "postgres-1") return fail(ExitCode::machine, "no server there");
    return "";
  };
  const auto done = undo(runtime, {{"sql", {"postgres-1", "postgres-2"}, "SELECT 1"}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no server there");
  EXPECT_EQ(runtime.calls.size(), 2u);
}

TEST(Undo, WakesOnlyWhatStandsStill) {
  FakeRuntime runtime;
  runtime.nodes["wallet-1"] = {true, true, true};
  EXPECT_FALSE(residue(runtime, {"wallet-1"})->empty());
  ASSERT_TRUE(undo(runtime, {{"unpause", {"wallet-1"}}}));
  EXPECT_TRUE(residue(runtime, {"wallet-1"})->empty());
}

TEST(Residue, NamesWhatIsStillCutDeadOrGone) {
  FakeRuntime runtime;
  runtime.nodes["etcd-1"] = {true, true};
  runtime.nodes["etcd-2"] = {true, false};
  runtime.cut_nodes = {"etcd-1"};
  const auto found = residue(runtime, {"etcd-1", "etcd-2", "etcd-3"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ((*found)[0], "etcd-1 is still cut off");
  EXPECT_EQ((*found)[1], "etcd-2 does not run");
  EXPECT_EQ((*found)[2], "etcd-3 has no container");
}

TEST(Undo, EndsDelaysAndTheirResidueIsSeen) {
  FakeRuntime runtime;
  runtime.delayed["players"] = {};
  EXPECT_EQ(residue(runtime, {}, {"players"})->front(), "what players sends is still delayed");
  ASSERT_TRUE(undo(runtime, {{"undelay", {"players"}}}));
  EXPECT_TRUE(residue(runtime, {}, {"players"})->empty());
}

TEST(Residue, AProcessThatASignalStoppedIsSeen) {
  FakeRuntime runtime;
  runtime.nodes["postgres-3"] = {true, true};
  runtime.processes["postgres-3"] = {71, ProcessState::stopped};
  EXPECT_EQ(residue(runtime, {"postgres-3"})->front(),
            "processes 71 of postgres-3 are still stopped");
  ASSERT_TRUE(undo(runtime, {{"continue", {"postgres-3"}, "71"}}));
  EXPECT_TRUE(residue(runtime, {"postgres-3"})->empty());
}

TEST(Residue, OfANamespaceWithoutAContainerOnlyItsRulesCount) {
  FakeRuntime runtime;
  EXPECT_TRUE(residue(runtime, {}, {"players"})->empty());
  runtime.cut_nodes = {"players"};
  EXPECT_EQ(residue(runtime, {}, {"players"})->front(), "players is still cut off");
}

}  // namespace
}  // namespace rehearse
