#include "fault_fixture.hpp"

namespace rehearse {
namespace {

// A node whose postmaster has pid 4711 until it is killed.
class PrimaryKillTest : public FaultTest {
 protected:
  PrimaryKillTest() : FaultTest("primary_kill") { runtime_.processes["postgres-2"] = {4711}; }
};

TEST_F(PrimaryKillTest, AimsAtThePrimaryUnlessToldOtherwise) {
  const auto planned = plan();
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "postgres-2");
  EXPECT_EQ(planned->undo[0].action, "start");
  EXPECT_TRUE(runtime_.calls.empty());
  EXPECT_EQ(plan({{"postgres-3"}, "", 0})->target, "postgres-3");
}

TEST_F(PrimaryKillTest, IsEffectiveOnceThatVeryProcessIsGone) {
  ASSERT_TRUE(plan());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("postmaster_pids_gone"), "4711");
  EXPECT_EQ(evidence->at("roles_lost"), "postgres-2 primary");
  EXPECT_TRUE(runtime_.called("signal postgres-2 4711 9"));
}

TEST_F(PrimaryKillTest, APostmasterThatLivesOnIsNoEffect) {
  runtime_.kills_work = false;
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
}

TEST_F(PrimaryKillTest, ANodeThatNamesNoPostmasterIsAFailedInjection) {
  runtime_.processes.clear();
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
}

TEST_F(PrimaryKillTest, OnlyDatabasesHaveAPostmaster) {
  EXPECT_FALSE(plan({{"wallet-1"}, "", 0}));
}

}  // namespace
}  // namespace rehearse
