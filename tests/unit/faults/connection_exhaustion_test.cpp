#include "../platform/fake_postgres.hpp"
#include "fault_fixture.hpp"
#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

using test::FakePostgres;
using test::soon;

class ConnectionExhaustionTest : public FaultTest {
 protected:
  ConnectionExhaustionTest() : FaultTest("connection_exhaustion") {
    for (auto& node : stack_.nodes)
      if (node.name == "postgres-2") node.address = server_.address();
    server_.refuse_beyond(12, "53300");
  }
  FakePostgres server_;
};

TEST_F(ConnectionExhaustionTest, IsRestoredOnceTheServerNamesNoneOfItsSessions) {
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

TEST_F(ConnectionExhaustionTest, PlansToEndItsSessionsByNameAndTouchesNothing) {
  const auto planned = plan();
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "postgres-2");
  EXPECT_NE(planned->undo[0].detail.find("'rehearse-it'"), std::string::npos);
  EXPECT_EQ(server_.connections(), 0u);
}

TEST_F(ConnectionExhaustionTest, HoldsAllThatTheServerGivesUntilItHeals) {
  ASSERT_TRUE(plan());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(server_.connections(), 12u);
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("sqlstate"), "53300");
  EXPECT_EQ(evidence->at("connections_held"), "12");
  (void)fault_->afterwards(runtime_);
  EXPECT_TRUE(soon([&] { return server_.connections() == 0; }));
}

TEST_F(ConnectionExhaustionTest, TakesWhatBecomesFree) {
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  server_.refuse_beyond(15, "53300");
  ASSERT_TRUE(fault_->refresh(runtime_));
  EXPECT_EQ(server_.connections(), 15u);
  EXPECT_EQ(fault_->afterwards(runtime_).at("connections_taken_later"), "3");
}

TEST_F(ConnectionExhaustionTest, AServerThatDroppedOursEndsItUntilItIsFilledAgain) {
  bool lives = true;
  server_.answer_by([&](const std::string&) -> FakePostgres::Answer {
    if (lives) return "1";
    return std::unexpected("57P01");
  });
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), true);
  lives = false;
  EXPECT_EQ(fault_->holds(runtime_), false);
  lives = true;
  EXPECT_TRUE(soon([&] { return server_.connections() == 0; }));
  ASSERT_TRUE(fault_->refresh(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), true);
}

TEST_F(ConnectionExhaustionTest, LeavesAsManyAsAskedFor) {
  entry_.params["keep"] = int64_t{5};
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_TRUE(soon([&] { return server_.connections() == 7; }));
  ASSERT_TRUE(fault_->refresh(runtime_));
  EXPECT_EQ(server_.connections(), 7u);
  EXPECT_EQ(seen()->at("connections_left"), "5");
}

TEST_F(ConnectionExhaustionTest, AnotherRefusalIsNotExhaustion) {
  server_.refuse_beyond(3, "57P03");  // it is shutting down
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
}

TEST_F(ConnectionExhaustionTest, NothingLeftToHoldIsNoInjection) {
  entry_.params["keep"] = int64_t{12};
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->inject(runtime_));
}

}  // namespace
}  // namespace rehearse
