#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class ReplicaLagTest : public FaultTest {
 protected:
  ReplicaLagTest() : FaultTest("replica_lag") {
    runtime_.on_exec = [this](const std::string&, const std::vector<std::string>&) {
      return Result<std::string>(lag_);
    };
    for (const char* node : {"postgres-1", "postgres-2", "postgres-3"})
      runtime_.processes[node] = {71};
  }
  std::string lag_ = "0|0.010\n";
};

TEST_F(ReplicaLagTest, AimsAtTheSynchronousStandbyElseAtAReplica) {
  EXPECT_EQ(plan()->target, "postgres-3");
  view_.nodes["postgres-3"].role = "";
  EXPECT_EQ(plan()->target, "postgres-1");
  EXPECT_EQ(runtime_.processes["postgres-3"].state, ProcessState::alive);
}

TEST_F(ReplicaLagTest, TheReplayingProcessGoesOnByItsUndo) {
  const auto planned = plan();
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "continue");
  EXPECT_EQ(planned->undo[0].detail, "71");
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(runtime_.processes["postgres-3"].state, ProcessState::stopped);
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
  EXPECT_EQ(runtime_.processes["postgres-3"].state, ProcessState::alive);
  EXPECT_TRUE(undo(runtime_, planned->undo));  // again
  runtime_.processes.clear();
  EXPECT_TRUE(undo(runtime_, planned->undo));  // it died with its container
}

TEST_F(ReplicaLagTest, IsEffectiveOnceStoppedWithLogThatWaits) {
  ASSERT_TRUE(plan());
  lag_ = "4096|0.5\n";
  EXPECT_FALSE(seen()) << "it replays";
  ASSERT_TRUE(fault_->inject(runtime_));
  for (const char* not_yet : {"0|0.5\n", "nonsense\n", ""}) {
    lag_ = not_yet;
    EXPECT_FALSE(seen()) << not_yet;
  }
  lag_ = "4096|1.250\n";
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("postgres-3_lag_bytes"), "4096");
  EXPECT_EQ(evidence->at("postgres-3_lag_s"), "1.250");
  lag_ = "81920|9.000\n";
  EXPECT_EQ(fault_->afterwards(runtime_).at("postgres-3_lag_bytes_at_the_end"), "81920");
}

TEST_F(ReplicaLagTest, WhoeverWakesItBeforeItsTimeIsSeen) {
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), true);
  runtime_.processes["postgres-3"].state = ProcessState::alive;
  EXPECT_EQ(fault_->holds(runtime_), false);
}

TEST_F(ReplicaLagTest, OneOfSeveralThatKeepsUpIsNoEffect) {
  ASSERT_TRUE(plan({{"postgres-1", "postgres-3"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  runtime_.on_exec = [](const std::string& node, const auto&) {
    return Result<std::string>(node == "postgres-1" ? "10|1\n" : "0|1\n");
  };
  EXPECT_FALSE(seen());
}

TEST_F(ReplicaLagTest, ThePrimaryAndOtherNodesAreNoStandbys) {
  EXPECT_FALSE(plan({{"postgres-2"}, "", 0}));
  EXPECT_FALSE(plan({{"wallet-1"}, "", 0}));
  runtime_.processes.erase("postgres-3");  // nothing replays there
  EXPECT_FALSE(plan());
}

}  // namespace
}  // namespace rehearse
