// What happens to a whole region, or between two of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault_fixture.hpp"

namespace rehearse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class RegionFaultTest : public FaultTest {
 protected:
  explicit RegionFaultTest(const std::string& fault) : FaultTest(fault, "two-region") {
    view_.nodes["postgres-b-1"].role = "standby_leader";
  }
  Result<PlannedFault> plan_for(const Target& region) {
    entry_.params["region"] = region;
    return plan();
  }
};

class RegionLossTest : public RegionFaultTest {
 protected:
  RegionLossTest() : RegionFaultTest("region_loss") {}
};

TEST_F(RegionLossTest, TakesWhatStandsInItsZonesAndNothingElse) {
  const auto planned = plan_for({{"a"}, "", 0});
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "region-a");
  ASSERT_EQ(planned->undo.size(), 2u);
  EXPECT_EQ(planned->undo[0].action, "uncut");
  EXPECT_EQ(planned->undo[1].action, "start");
  size_t standing = 0;
  for (const auto& node : stack_.nodes)
    standing += node.zone.starts_with("az-") && stack_.has_container(node);
  EXPECT_EQ(planned->undo[1].nodes.size(), standing);
  EXPECT_THAT(planned->undo[0].nodes, Contains("witness-1"));
  // Not the outside CDN's entry that leads there, and no outside party.
  for (const char* name : {"cdn-1", "witness-2", "witness-3", "postgres-b-1", "psp-a", "dns-1"})
    EXPECT_THAT(planned->undo[0].nodes, Not(Contains(name)));
  EXPECT_TRUE(runtime_.calls.empty());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_THAT(runtime_.calls, ElementsAre("cut", "kill"));
  EXPECT_TRUE(seen());
}

TEST_F(RegionLossTest, OrTheOneThatServesNow) {
  EXPECT_EQ(plan_for({{}, "postgres.primary", 0})->target, "region-a");
  view_.nodes["postgres-2"].role = "standby_leader";
  view_.nodes["postgres-b-1"].role = "primary";
  EXPECT_EQ(plan_for({{}, "postgres.primary", 0})->target, "region-b");
  view_.nodes["postgres-b-1"].role = "replica";
  EXPECT_EQ(plan_for({{}, "postgres.primary", 0}).error().code, ExitCode::inconclusive);
}

class RegionPartitionTest : public RegionFaultTest {
 protected:
  RegionPartitionTest() : RegionFaultTest("region_partition") {}
};

TEST_F(RegionPartitionTest, PartsItFromTheOthersAndFromTheWitnessNotFromItsPlayers) {
  const auto planned = plan_for({{"a"}, "", 0});
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "region-a | elsewhere");
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto& peers = runtime_.cut_peers["postgres-1"];
  for (const char* other : {"postgres-b-1", "witness-2", "witness-3"})
    EXPECT_TRUE(peers.contains(other)) << other;
  for (const char* still : {"postgres-2", "witness-1", "cdn-1", "cdn-b-1", "psp-a", "dns-1"})
    EXPECT_FALSE(peers.contains(still)) << still;
  EXPECT_TRUE(runtime_.cut_peers["witness-3"].contains("wallet-1"));
  EXPECT_FALSE(runtime_.cut_peers["witness-3"].contains("wallet-b-1"));
  EXPECT_TRUE(seen());
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(runtime_.cut_nodes.empty());
  EXPECT_TRUE(fault_->restored(runtime_));
}

class DrLagTest : public RegionFaultTest {
 protected:
  DrLagTest() : RegionFaultTest("dr_lag") {
    runtime_.on_exec = [this](const std::string& node, const std::vector<std::string>&) {
      asked_.push_back(node);
      return Result<std::string>(lag_);
    };
  }
  std::string lag_ = "0|0.040\n";
  std::vector<std::string> asked_;
};

TEST_F(DrLagTest, PartsTheDatabasesOnly) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "postgres | postgres-b");
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(runtime_.cut_peers["postgres-b-1"],
            (std::set<std::string>{"postgres-1", "postgres-2", "postgres-3"}));
  EXPECT_FALSE(runtime_.cut_peers.contains("wallet-b-1"));
}

TEST_F(DrLagTest, NoEffectBeforeTheFollowersAreBehind) {
  const auto planned = plan();
  ASSERT_TRUE(planned && fault_->inject(runtime_));
  EXPECT_FALSE(seen()) << "dropped, and not behind yet";
  EXPECT_THAT(asked_, Contains("postgres-b-1"));
  lag_ = "0|2.500\n";
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("postgres-b-1_lag_s"), "2.500");
  EXPECT_TRUE(evidence->contains("packets_dropped_at_effect_in_postgres-b"));
  lag_ = "0|31.000\n";
  EXPECT_EQ(fault_->afterwards(runtime_).at("postgres-b-2_lag_s_at_the_end"), "31.000");
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
}

TEST_F(DrLagTest, FollowsTheBusiness) {
  view_.nodes["postgres-2"].role = "standby_leader";
  view_.nodes["postgres-b-1"].role = "primary";
  EXPECT_EQ(plan()->target, "postgres-b | postgres");
  view_.nodes["postgres-b-1"].role = "";
  EXPECT_EQ(plan().error().code, ExitCode::inconclusive);
}

TEST_F(DrLagTest, OfOneRegionThereIsNoOther) {
  stack_ =
      *make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml"), {});
  EXPECT_EQ(plan().error().code, ExitCode::inconclusive);
}

// What is one component's everywhere else is its twins' as well.
class RegionBrokerTest : public RegionFaultTest {
 protected:
  RegionBrokerTest() : RegionFaultTest("broker_loss") {}
};

TEST_F(RegionBrokerTest, ABrokerOfTheOtherRegionIsOneToo) {
  const auto planned = FaultTest::plan(Target{{"kafka-b-1"}, "", 0});
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "kafka-b-1");
}

class RegionArchiveTest : public RegionFaultTest {
 protected:
  RegionArchiveTest() : RegionFaultTest("archive_failure") {}
};

TEST_F(RegionArchiveTest, IsOfWhicheverDatabaseLeads) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_THAT(planned->undo.front().nodes, Contains("postgres-b-1"));
}

}  // namespace
}  // namespace rehearse
