#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class ProcessKillTest : public FaultTest {
 protected:
  ProcessKillTest() : FaultTest("process_kill") {}
};

TEST_F(ProcessKillTest, PlansAStartForTheHolderOfARoleAndTouchesNothing) {
  const auto planned = plan({{}, "wallet.writer", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "wallet-1");
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "start");
  EXPECT_EQ(planned->undo[0].nodes, std::vector<std::string>{"wallet-1"});
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(ProcessKillTest, EveryNodeOfAListIsDeadBeforeItCountsAsEffective) {
  ASSERT_TRUE(plan({{"wallet-1", "cashier-2"}, "", 0}));
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("nodes_killed"), "wallet-1, cashier-2");
  EXPECT_EQ(evidence->at("roles_lost"), "wallet-1 writer");
  runtime_.nodes["cashier-2"].running = true;
  EXPECT_FALSE(seen());
}

TEST_F(ProcessKillTest, AProcessThatEndedByItselfIsNotOurDoing) {
  ASSERT_TRUE(plan({{"wallet-1"}, "", 0}));
  runtime_.nodes["wallet-1"].running = false;
  const auto injected = fault_->inject(runtime_);
  ASSERT_FALSE(injected);
  EXPECT_NE(injected.error().message.find("wallet-1 was dead before"), std::string::npos);
}

TEST_F(ProcessKillTest, IsRestoredOnlyOnceItRunsAgain) {
  const auto planned = plan({{"wallet-1"}, "", 0});
  ASSERT_TRUE(planned && fault_->inject(runtime_));
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  const auto restored = fault_->restored(runtime_);
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->at("nodes_running_again"), "wallet-1");
}

TEST_F(ProcessKillTest, NobodyInTheRoleIsNoTarget) {
  view_.nodes["wallet-1"].role = "standby";
  const auto planned = plan({{}, "wallet.writer", 0});
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ExitCode::inconclusive);
}

TEST_F(ProcessKillTest, ANodeWithoutAContainerIsNoTarget) {
  const auto planned = plan({{"players"}, "", 0});
  ASSERT_FALSE(planned);
  EXPECT_NE(planned.error().message.find("players"), std::string::npos);
}

TEST_F(ProcessKillTest, AnyDrawsThatManyNodesWithContainersFromTheSeed) {
  std::set<std::string> drawn;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    random_.seed(seed);
    const auto first = plan({{}, "", 2});
    random_.seed(seed);
    const auto second = plan({{}, "", 2});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->target, second->target);
    const auto& nodes = first->undo[0].nodes;
    ASSERT_EQ(nodes.size(), 2u);
    EXPECT_NE(nodes[0], nodes[1]);
    drawn.insert(nodes.begin(), nodes.end());
  }
  EXPECT_EQ(drawn.size(), runtime_.nodes.size());
  EXPECT_FALSE(drawn.contains("players"));
  EXPECT_FALSE(plan({{}, "", 100}));
}

}  // namespace
}  // namespace rehearse
