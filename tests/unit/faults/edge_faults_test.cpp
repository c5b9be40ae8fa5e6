// The faults of the way in: what they plan, and what they take for an effect.
#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class EdgeOutageTest : public FaultTest {
 protected:
  EdgeOutageTest() : FaultTest("edge_outage") {}
};

TEST_F(EdgeOutageTest, CutsCdnAndEdgesUnlessItIsToldWhich) {
  const auto all = plan();
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->target, "cdn-1, cdn-2, edge-1, edge-2");
  ASSERT_EQ(all->undo.size(), 1u);
  EXPECT_EQ(all->undo[0].action, "uncut");
  EXPECT_EQ(all->undo[0].detail, everyone);
  EXPECT_EQ(plan({{"cdn-2"}, "", 0})->target, "cdn-2");
}

TEST_F(EdgeOutageTest, APathThatIsNotThereIsNoTarget) {
  entry_.params["path"] = std::string("postern");
  const auto planned = plan();
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ExitCode::inconclusive);
}

TEST_F(EdgeOutageTest, IsEffectiveOncePacketsAreDropped) {
  ASSERT_TRUE(plan());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  runtime_.packets_per_look = 0;
  EXPECT_FALSE(seen()) << "nobody came";
  runtime_.packets_per_look = 5;
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("packets_dropped_at_effect"), "20");
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, plan()->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
}

class DnsFaultTest : public FaultTest {
 protected:
  DnsFaultTest() : FaultTest("dns_stale") {}
};

TEST_F(DnsFaultTest, IsAimedAtAllNameServersAndEndsByAPostToEach) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "dns-1, dns-2");
  ASSERT_EQ(planned->undo.size(), 2u);
  EXPECT_EQ(planned->undo[0].action, "post");
  EXPECT_EQ(planned->undo[0].detail, ":8080/control/conduct/it/end");
  entry_.params["server"] = Target{{"dns-2"}, "", 0};
  EXPECT_EQ(plan()->target, "dns-2");
}

TEST_F(DnsFaultTest, AnAnswerThatIsNotThereIsNoStaleOne) {
  for (auto& node : stack_.nodes)
    if (node.component == "dns") node.address = "127.0.0.1";  // where nobody answers on port 53
  ASSERT_TRUE(plan());
  EXPECT_FALSE(seen());
  EXPECT_FALSE(fault_->restored(runtime_));
}

}  // namespace
}  // namespace rehearse
