#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class ConsumerStallTest : public FaultTest {
 protected:
  ConsumerStallTest() : FaultTest("consumer_stall") {}
};

TEST_F(ConsumerStallTest, PlansToEndTheOrderOnEveryConsumer) {
  entry_.params["group"] = std::string("audit");
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "audit");
  ASSERT_EQ(planned->undo.size(), 2u);
  EXPECT_EQ(planned->undo[0].action, "post");
  EXPECT_EQ(planned->undo[0].detail, ":8080/control/stall/it/end");
  EXPECT_EQ(planned->undo[1].nodes, std::vector<std::string>{"consumer-2"});
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(ConsumerStallTest, TheReportingStandsStillItself) {
  entry_.params["group"] = std::string("reporting");
  const auto planned = plan();
  ASSERT_TRUE(planned);
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "unpause");
  EXPECT_EQ(planned->undo[0].nodes, (std::vector<std::string>{"clickhouse-1", "clickhouse-2"}));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(runtime_.nodes["clickhouse-2"].paused);
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_FALSE(runtime_.nodes["clickhouse-2"].paused);
}

TEST_F(ConsumerStallTest, AStackWithoutConsumersHasNothingToStall) {
  std::erase_if(stack_.nodes, [](const Node& node) { return node.component == "consumer"; });
  EXPECT_FALSE(plan());
}

}  // namespace
}  // namespace rehearse
