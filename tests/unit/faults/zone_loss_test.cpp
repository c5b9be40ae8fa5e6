#include <gtest/gtest.h>

#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class ZoneLossTest : public FaultTest {
 protected:
  ZoneLossTest() : FaultTest("zone_loss") {}

  Result<PlannedFault> plan(const Target& zone) {
    entry_.params["zone"] = zone;
    return FaultTest::plan();
  }
};

TEST_F(ZoneLossTest, PlansForTheZoneOfARoleAndTouchesNothing) {
  const auto planned = plan({{}, "postgres.primary", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "az-2");
  ASSERT_EQ(planned->undo.size(), 2u);
  EXPECT_EQ(planned->undo[0].action, "uncut");
  EXPECT_EQ(planned->undo[1].action, "start");
  for (const auto& name : planned->undo[0].nodes) EXPECT_EQ(stack_.find(name)->zone, "az-2");
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(ZoneLossTest, SilenceComesBeforeDeath) {
  ASSERT_TRUE(plan({{"az-1"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(runtime_.calls, (std::vector<std::string>{"cut", "kill"}));
}

TEST_F(ZoneLossTest, NoEffectWhileAProcessStillRuns) {
  runtime_.kills_work = false;
  ASSERT_TRUE(plan({{"az-1"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
}

TEST_F(ZoneLossTest, NoEffectUntilOurRulesDroppedSomething) {
  runtime_.packets_per_look = 0;
  ASSERT_TRUE(plan({{"az-1"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  runtime_.packets_per_look = 5;
  const auto seen = fault_->effect(runtime_);
  ASSERT_TRUE(seen->has_value());
  EXPECT_EQ((*seen)->at("packets_dropped_at_effect"),
            std::to_string(5 * stack_.in_zone("az-1").size()));
}

TEST_F(ZoneLossTest, WhatAnotherFaultDropsIsNoEffectOfThisOne) {
  for (const auto* node : stack_.in_zone("az-1"))
    ASSERT_TRUE(runtime_.cut({node->name}, {"psp-a"}, 1'000));
  ASSERT_TRUE(plan({{"az-1"}, "", 0}));
  for (const auto* node : stack_.in_zone("az-1")) ASSERT_TRUE(runtime_.kill({node->name}));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ((*fault_->effect(runtime_))->at("packets_dropped_at_effect"),
            std::to_string(stack_.in_zone("az-1").size()));
}

TEST_F(ZoneLossTest, IsRestoredOnceReachedAndRunning) {
  const auto planned = plan({{"az-1"}, "", 0});
  ASSERT_TRUE(planned && fault_->inject(runtime_));
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(runtime_.uncut(planned->undo[0].nodes, {everyone}));
  EXPECT_FALSE(fault_->restored(runtime_)) << "dead";
  runtime_.starts_in_vain = 1;
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_FALSE(fault_->restored(runtime_)) << "a start that did nothing";
  ASSERT_TRUE(undo(runtime_, planned->undo));
  ASSERT_TRUE(runtime_.cut(planned->undo[0].nodes, {"psp-a"}, 1'000));
  EXPECT_TRUE(fault_->restored(runtime_)) << "what another cut drops is that one's";
}

TEST_F(ZoneLossTest, NobodyInTheRoleIsNoTarget) {
  view_.nodes["postgres-3"].role = "";
  const auto planned = plan({{}, "postgres.sync", 0});
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ExitCode::inconclusive);
}

TEST_F(ZoneLossTest, AnyIsDrawnFromTheSeed) {
  std::set<std::string> drawn;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    random_.seed(seed);
    const auto first = plan({{}, "", 1});
    random_.seed(seed);
    const auto second = plan({{}, "", 1});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->target, second->target);
    drawn.insert(first->target);
  }
  size_t zones = 0;  // that have something to lose
  for (const auto& [zone, prefix] : stack_.file.zones) zones += !stack_.in_zone(zone).empty();
  EXPECT_EQ(drawn.size(), zones);
}

}  // namespace
}  // namespace rehearse
