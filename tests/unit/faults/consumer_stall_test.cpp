#include <unistd.h>

#include <thread>

#include "casino/common/http_server.hpp"
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
  EXPECT_TRUE(fault_->disruptive()) << "nobody gets a report";
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), true);
  EXPECT_FALSE(fault_->restored(runtime_));
  EXPECT_TRUE(runtime_.nodes["clickhouse-2"].paused);
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_FALSE(runtime_.nodes["clickhouse-2"].paused);
  EXPECT_TRUE(fault_->restored(runtime_));
}

// Consumers whose lags are as given, behind one socket.
TEST_F(ConsumerStallTest, ASlowRelayIsNoEffect) {
  int64_t unpublished = 0;
  const auto server = std::move(
      casino::HttpServer::listen({.address = "127.0.0.1", .port = 0},
                                 [&](const casino::Request&, const casino::Reply& reply) {
                                   constexpr const char* none =
                                       R"({"lag_bonus":0,"lag_notify":0,"lag_audit":0,"lag":)";
                                   reply({200, none + std::to_string(++unpublished) + "}", {}});
                                 })
          .value());
  const std::jthread running([&] { server->run(); });
  for (auto& node : stack_.nodes)
    if (node.component == "consumer") node.address = "127.0.0.1";
  for (auto& component : stack_.file.components)
    if (component.name == "consumer") component.port = server->port();
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->disruptive());
  for (int look = 0; look < 8; ++look) {
    EXPECT_FALSE(seen());
    ::usleep(510'000);
  }
  server->stop();
}

TEST_F(ConsumerStallTest, ItsOrderCarriesTheTokenThatConsumersWereTold) {
  std::vector<std::string> tokens;
  const auto server = std::move(
      casino::HttpServer::listen({.address = "127.0.0.1", .port = 0},
                                 [&](const casino::Request& request, const casino::Reply& reply) {
                                   tokens.emplace_back(request.header("authorization"));
                                   reply({200, R"({"ok":true})", {}});
                                 })
          .value());
  std::jthread running([&] { server->run(); });
  for (auto& node : stack_.nodes)
    if (node.component == "consumer") node.address = "127.0.0.1";
  for (auto& component : stack_.file.components)
    if (component.name == "consumer") component.port = server->port();
  entry_.params["group"] = std::string("audit");
  ASSERT_TRUE(plan());
  EXPECT_TRUE(fault_->inject(runtime_));
  server->stop();
  running.join();
  EXPECT_EQ(tokens, std::vector<std::string>(2, "Bearer control-token"));
}

TEST_F(ConsumerStallTest, AStackWithoutConsumersHasNothingToStall) {
  std::erase_if(stack_.nodes, [](const Node& node) { return node.component == "consumer"; });
  EXPECT_FALSE(plan());
}

}  // namespace
}  // namespace rehearse
