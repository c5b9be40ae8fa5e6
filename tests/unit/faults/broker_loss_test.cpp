#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class BrokerLossTest : public FaultTest {
 protected:
  BrokerLossTest() : FaultTest("broker_loss") {}
};

TEST_F(BrokerLossTest, PlansItsUndoAndTouchesNothing) {
  const auto planned = plan({{"kafka-2"}, "", 0});
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->fault, "broker_loss");
  EXPECT_EQ(planned->target, "kafka-2");
  ASSERT_EQ(planned->undo.size(), 2u);
  EXPECT_EQ(planned->undo[0].action, "uncut");
  EXPECT_EQ(planned->undo[1].action, "start");
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(BrokerLossTest, AnyMeansAnyBroker) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    random_.seed(seed);
    const auto planned = plan({{}, "", 1});
    ASSERT_TRUE(planned);
    EXPECT_TRUE(planned->target.starts_with("kafka-")) << planned->target;
  }
}

TEST_F(BrokerLossTest, TheControllerIsKnownByItsRole) {
  EXPECT_FALSE(plan({{}, "kafka.controller", 0}));
  view_.nodes["kafka-3"].role = "controller";
  const auto planned = plan({{}, "kafka.controller", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "kafka-3");
}

TEST_F(BrokerLossTest, OthersAreNoBrokers) {
  EXPECT_FALSE(plan({{"wallet-1"}, "", 0}));
}

TEST_F(BrokerLossTest, IsEffectiveOnceSilentAndDead) {
  const auto planned = plan({{"kafka-2"}, "", 0});
  ASSERT_TRUE(planned);
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("nodes_killed"), "kafka-2");
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(runtime_.nodes["kafka-2"].running);
}

}  // namespace
}  // namespace rehearse
