#include <algorithm>

#include "../platform/fake_postgres.hpp"
#include "fault_fixture.hpp"
#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

using test::FakePostgres;
using test::soon;

class LockStormTest : public FaultTest {
 protected:
  LockStormTest() : FaultTest("lock_storm") {
    entry_.params["sessions"] = int64_t{3};
    for (auto& node : stack_.nodes)
      if (node.name == "postgres-2") node.address = server_.address();
    server_.answer_by([this](const std::string& statement) -> FakePostgres::Answer {
      if (statement.find("pg_blocking_pids") != std::string::npos)
        return std::to_string(waiting_.load());
      if (statement.starts_with("BEGIN") && refuse_) return std::unexpected("55P03");
      return "";
    });
  }
  size_t said(const std::string& start) {
    const auto all = server_.statements();
    return static_cast<size_t>(
        std::ranges::count_if(all, [&](const auto& one) { return one.starts_with(start); }));
  }

  std::atomic<int> waiting_ = 0;
  std::atomic<bool> refuse_ = false;
  FakePostgres server_;
};

TEST_F(LockStormTest, IsRestoredOnceTheServerNamesNoneOfItsSessions) {
  ASSERT_TRUE(plan());
  runtime_.exec_answer = "3\n";
  EXPECT_FALSE(fault_->restored(runtime_));
  EXPECT_NE(runtime_.calls.back().find("application_name = 'rehearse-it'"), std::string::npos);
  runtime_.exec_answer = "0\n";
  EXPECT_TRUE(fault_->restored(runtime_));
  runtime_.exec_answer = "3\n";
  runtime_.nodes["postgres-2"].running = false;
  EXPECT_TRUE(fault_->restored(runtime_)) << "they died with it";
}

TEST_F(LockStormTest, PlansToEndItsSessionsByNameAndTouchesNothing) {
  const auto planned = plan();
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "accounts on postgres-2");
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "sql");
  EXPECT_EQ(planned->undo[0].nodes, std::vector<std::string>{"postgres-2"});
  EXPECT_NE(planned->undo[0].detail.find("'rehearse-it'"), std::string::npos);
  EXPECT_EQ(server_.connections(), 0u);
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(LockStormTest, HoldsTheLockInTurnsAndLetsGo) {
  entry_.params["table"] = std::string("payments");
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(soon([&] { return said("ROLLBACK") >= 2; }));
  EXPECT_GE(said("BEGIN; LOCK TABLE payments IN SHARE ROW EXCLUSIVE MODE"), 3u);
  EXPECT_EQ(server_.connections(), 4u);  // one looks
  for (const auto& name : server_.names()) EXPECT_EQ(name, "rehearse-it");
  EXPECT_GE(std::stoi(fault_->afterwards(runtime_).at("turns_held")), 3);
  EXPECT_TRUE(soon([&] { return server_.connections() == 0; }));
}

TEST_F(LockStormTest, IsEffectiveOnceOthersWaitBehindIt) {
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
  waiting_ = 2;
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("others_waiting_at_effect"), "2");
  waiting_ = 5;
  EXPECT_EQ(fault_->holds(runtime_), true);
  EXPECT_EQ(fault_->afterwards(runtime_).at("others_waiting_max"), "5");
}

TEST_F(LockStormTest, ALockThatIsNeverHadIsNoTurn) {
  refuse_ = true;
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(soon([&] { return said("ROLLBACK") >= 3; }));
  EXPECT_EQ(fault_->afterwards(runtime_).at("turns_held"), "0");
}

TEST_F(LockStormTest, HoldsWhileTurnsAreTakenOrOthersWait) {
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(soon([&] { return said("ROLLBACK") >= 1; }));
  EXPECT_EQ(fault_->holds(runtime_), true);
  refuse_ = true;
  EXPECT_TRUE(soon([&] { return !fault_->holds(runtime_).value(); }));
  waiting_ = 1;
  EXPECT_EQ(fault_->holds(runtime_), true);
}

TEST_F(LockStormTest, NoDatabaseNoInjection) {
  server_.refuse_beyond(1, "57P03");
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->inject(runtime_));
  fault_.reset();
  EXPECT_TRUE(soon([&] { return server_.connections() == 0; }));
}

TEST_F(LockStormTest, WithoutAPrimaryThereIsNoTarget) {
  view_.nodes["postgres-2"].role = "";
  EXPECT_FALSE(plan());
}

}  // namespace
}  // namespace rehearse
