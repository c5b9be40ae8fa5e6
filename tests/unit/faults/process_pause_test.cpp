#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class ProcessPauseTest : public FaultTest {
 protected:
  ProcessPauseTest() : FaultTest("process_pause") {}
};

TEST_F(ProcessPauseTest, PlansToWakeThemAndTouchesNothing) {
  const auto planned = plan({{"wallet-1", "wallet-2"}, "", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "wallet-1, wallet-2");
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "unpause");
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(ProcessPauseTest, IsEffectiveOnceAllStandStill) {
  ASSERT_TRUE(plan({{}, "postgres.primary", 0}));
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("nodes_paused"), "postgres-2");
  EXPECT_EQ(evidence->at("roles_held"), "postgres-2 primary");
}

TEST_F(ProcessPauseTest, SomebodyElseWakingThemIsTold) {
  ASSERT_TRUE(plan({{"wallet-1"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), true);
  runtime_.nodes["wallet-1"].paused = false;
  EXPECT_EQ(fault_->holds(runtime_), false);
}

TEST_F(ProcessPauseTest, IsRestoredOnlyOnceTheyGoOn) {
  const auto planned = plan({{"wallet-1"}, "", 0});
  ASSERT_TRUE(planned && fault_->inject(runtime_));
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
  EXPECT_TRUE(residue(runtime_, {"wallet-1"})->empty());
  runtime_.nodes["wallet-1"].running = false;
  EXPECT_FALSE(fault_->restored(runtime_)) << "it died of it";
  runtime_.nodes.erase("wallet-1");
  EXPECT_FALSE(fault_->restored(runtime_)) << "it is gone";
}

}  // namespace
}  // namespace rehearse
