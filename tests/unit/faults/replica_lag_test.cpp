#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class ReplicaLagTest : public FaultTest {
 protected:
  ReplicaLagTest() : FaultTest("replica_lag") {
    runtime_.on_exec = [this](const std::string&, const std::vector<std::string>& argv) {
      const bool asks = argv.back().find("pause_state") != std::string::npos;
      return Result<std::string>(asks ? lag_ : "\n");
    };
  }
  std::string lag_ = "not paused|0|0.010\n";
};

TEST_F(ReplicaLagTest, AimsAtTheSynchronousStandbyElseAtAReplica) {
  EXPECT_EQ(plan()->target, "postgres-3");
  view_.nodes["postgres-3"].role = "";
  EXPECT_EQ(plan()->target, "postgres-1");
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(ReplicaLagTest, UndoesByResumingOnlyWhatIsAStandby) {
  const auto planned = plan();
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "sql");
  EXPECT_NE(planned->undo[0].detail.find("WHEN pg_is_in_recovery() THEN pg_wal_replay_resume()"),
            std::string::npos);
}

TEST_F(ReplicaLagTest, IsEffectiveOncePausedWithLogThatWaits) {
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(runtime_.calls.back().ends_with("-c SELECT pg_wal_replay_pause()"));
  for (const char* not_yet :
       {"not paused|900|0.5\n", "pause requested|900|0.5\n", "paused|0|0.5\n", "nonsense\n", ""}) {
    lag_ = not_yet;
    EXPECT_FALSE(seen()) << not_yet;
  }
  lag_ = "paused|4096|1.250\n";
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("postgres-3_replay"), "paused");
  EXPECT_EQ(evidence->at("postgres-3_lag_bytes"), "4096");
  EXPECT_EQ(evidence->at("postgres-3_lag_s"), "1.250");
  lag_ = "paused|81920|9.000\n";
  EXPECT_EQ(fault_->afterwards(runtime_).at("postgres-3_lag_bytes_at_the_end"), "81920");
}

TEST_F(ReplicaLagTest, OneOfSeveralThatKeepsUpIsNoEffect) {
  ASSERT_TRUE(plan({{"postgres-1", "postgres-3"}, "", 0}));
  runtime_.on_exec = [](const std::string& node, const auto&) {
    return Result<std::string>(node == "postgres-1" ? "paused|10|1\n" : "paused|0|1\n");
  };
  EXPECT_FALSE(seen());
}

TEST_F(ReplicaLagTest, ThePrimaryAndOtherNodesAreNoStandbys) {
  EXPECT_FALSE(plan({{"postgres-2"}, "", 0}));
  EXPECT_FALSE(plan({{"wallet-1"}, "", 0}));
}

}  // namespace
}  // namespace rehearse
