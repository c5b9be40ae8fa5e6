#include <gtest/gtest.h>

#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class NetworkPartitionTest : public FaultTest {
 protected:
  NetworkPartitionTest() : FaultTest("network_partition") {}

  Result<PlannedFault> plan(const Target& one, const Target& other) {
    entry_.params["between"] = Sides{one, other};
    return FaultTest::plan();
  }
};

TEST_F(NetworkPartitionTest, PlansBothSidesAndTouchesNothing) {
  const auto planned = plan({{"az-1"}, "", 0}, {{"psp-a", "psp-b"}, "", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "az-1 | psp-a+psp-b");
  ASSERT_EQ(planned->undo.size(), 2u);
  EXPECT_EQ(planned->undo[0].detail, "psp-a,psp-b");
  for (const auto& name : planned->undo[0].nodes) EXPECT_EQ(stack_.find(name)->zone, "az-1");
  EXPECT_EQ(planned->undo[1].nodes, (std::vector<std::string>{"psp-a", "psp-b"}));
  EXPECT_NE(planned->undo[1].detail.find("etcd-1"), std::string::npos);
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(NetworkPartitionTest, OnlyTheOtherSideIsCutAndTheUndoTakesAllOfItBack) {
  const auto planned = plan({{"wallet-1"}, "", 0}, {{}, "postgres.primary", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "wallet-1 | postgres-2 (postgres.primary)");
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(runtime_.cut_peers["wallet-1"], std::set<std::string>{"postgres-2"});
  EXPECT_EQ(runtime_.cut_peers["postgres-2"], std::set<std::string>{"wallet-1"});
  EXPECT_EQ(runtime_.cut_nodes.size(), 2u);
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(runtime_.cut_nodes.empty());
}

TEST_F(NetworkPartitionTest, CountsWhatWasDroppedOnEachSide) {
  runtime_.packets_per_look = 0;
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}, {{"cashier-1", "cashier-2"}, "", 0}));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());  // nothing is in force yet
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  runtime_.packets_per_look = 3;
  const auto seen = fault_->effect(runtime_);
  ASSERT_TRUE(seen->has_value());
  EXPECT_EQ((*seen)->at("packets_dropped_at_effect_in_psp-a"), "6");  // 3 for each peer
  EXPECT_EQ((*seen)->at("packets_dropped_at_effect_in_cashier-1+cashier-2"), "6");
  EXPECT_EQ(fault_->afterwards(runtime_).at("packets_dropped_in_psp-a"), "6");
  EXPECT_EQ(fault_->afterwards(runtime_).at("packets_dropped_from_psp-a"), "6");
}

TEST_F(NetworkPartitionTest, WhatOtherBordersDropIsNoEvidenceOfThisOne) {
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}, {{"cashier-1"}, "", 0}));
  ASSERT_TRUE(runtime_.cut({"psp-a"}, {"cashier-2", everyone}, 1'000));
  ASSERT_TRUE(runtime_.cut({"cashier-1"}, {"psp-b"}, 1'000));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ((*fault_->effect(runtime_))->at("packets_dropped_at_effect_in_psp-a"), "1");
}

TEST_F(NetworkPartitionTest, IsRestoredOnceBothSidesAreOpen) {
  const auto planned = plan({{"psp-a"}, "", 0}, {{"cashier-1"}, "", 0});
  ASSERT_TRUE(planned && fault_->inject(runtime_));
  ASSERT_TRUE(undo(runtime_, {planned->undo[0]}));
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
}

TEST_F(NetworkPartitionTest, NoEffectWhereTheRulesAreNotInForceOnOneNode) {
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}, {{"cashier-1"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  runtime_.cut_peers["psp-a"].clear();
  runtime_.cut_nodes.erase("psp-a");
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
}

TEST_F(NetworkPartitionTest, TheOthersNeedNotLeaveOutTheOne) {
  const auto planned =
      plan({{}, "postgres.primary", 0}, {{"postgres-1", "postgres-2", "postgres-3"}, "", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->undo[0].nodes, std::vector<std::string>{"postgres-2"});
  EXPECT_EQ(planned->undo[1].nodes, (std::vector<std::string>{"postgres-1", "postgres-3"}));
  EXPECT_EQ(planned->undo[0].detail, "postgres-1,postgres-3");
}

TEST_F(NetworkPartitionTest, ASideThatIsAllWithinTheOtherIsRefused) {
  const auto planned = plan({{"az-2"}, "", 0}, {{}, "postgres.primary", 0});
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ExitCode::inconclusive);
  EXPECT_NE(planned.error().message.find("postgres-2"), std::string::npos);
}

TEST_F(NetworkPartitionTest, PlayersAreAPlaceToo) {
  const auto planned = plan({{"players"}, "", 0}, {{"edge-1"}, "", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->undo[0].nodes, std::vector<std::string>{"players"});
}

}  // namespace
}  // namespace rehearse
