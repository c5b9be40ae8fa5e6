#include "fault_fixture.hpp"

namespace rehearse {
namespace {

// A node whose postmaster has pid 4711 until it is killed.
class PrimaryKillTest : public FaultTest {
 protected:
  PrimaryKillTest() : FaultTest("primary_kill") {
    runtime_.on_exec = [this](const std::string&, const std::vector<std::string>& argv) {
      if (argv.front() == "python3") {
        alive_ = !kills_work_;
        return Result<std::string>("4711\n");
      }
      return Result<std::string>(alive_ ? "/proc/4711\n" : "");
    };
  }
  bool alive_ = true, kills_work_ = true;
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
  EXPECT_TRUE(runtime_.calls.back().starts_with("exec postgres-2 find /proc"));
  EXPECT_TRUE(runtime_.calls.back().ends_with("4711"));
}

TEST_F(PrimaryKillTest, APostmasterThatLivesOnIsNoEffect) {
  kills_work_ = false;
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
}

TEST_F(PrimaryKillTest, ANodeThatNamesNoPostmasterIsAFailedInjection) {
  runtime_.on_exec = nullptr;
  runtime_.exec_answer = "\n";
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
}

TEST_F(PrimaryKillTest, OnlyDatabasesHaveAPostmaster) {
  EXPECT_FALSE(plan({{"wallet-1"}, "", 0}));
}

}  // namespace
}  // namespace rehearse
