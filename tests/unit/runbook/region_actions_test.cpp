// What moves the business from one region to another, told to a witness, databases and name servers
// that are played here, on the shipped stack of two regions.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "platform/region.hpp"
#include "runbook/condition.hpp"
#include "tests/unit/fixtures/casino/common/fake_witness.hpp"

namespace rehearse {
namespace {

// What it is asked goes to the test, and so comes its answer.
class Played {
 public:
  explicit Played(std::function<casino::Response(const casino::Request&)> answer)
      : server_(
            casino::HttpServer::listen({.address = "127.0.0.1", .port = 0},
                                       [answer = std::move(answer)](const casino::Request& request,
                                                                    const casino::Reply& reply) {
                                         reply(answer(request));
                                       })
                .value()),
        thread_([this] { server_->run(); }) {}
  ~Played() { server_->stop(); }
  int port() const { return server_->port(); }

 private:
  std::unique_ptr<casino::HttpServer> server_;
  std::jthread thread_;  // last: it uses the other
};

class RegionActions : public testing::Test {
 protected:
  RegionActions()
      : stack_(*make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/two-region.yaml"),
                           {})) {
    stack_.file.lead->port = witness_.config("a").witness.front().port;
    for (auto& component : stack_.file.components) {
      if (component.name == stack_.file.lead->witness) component.secrets.clear();
      if (component.name == "dns") component.port = names_.port();
      if (component.name.starts_with("postgres")) component.port = patroni_.port();
    }
    for (Node& node : stack_.nodes) {
      if (!node.component.starts_with("cdn")) node.address = "127.0.0.1";
      view_.nodes[node.name].healthy = true;
    }
    role("postgres-1", "primary");
    role("postgres-b-1", "standby_leader");
    view_.nodes["postgres-b-1"].status["lag_ms"] = 800;
    witness_.give("a", 1);
  }

  void role(const std::string& node, const std::string& name) { view_.nodes[node].role = name; }
  // What a wallet says of itself, as of now.
  void say_held(const std::string& wallet, int64_t held) {
    view_.nodes[wallet].seen_ns = monotonic_ns();
    view_.nodes[wallet].status[stack_.file.lead->field] = held;
  }
  std::unique_ptr<Action> action(const std::string& name,
                                 const std::map<std::string, std::string>& params) {
    return find_action(name)->make({name, params});
  }
  std::vector<const Node*> wallets_of(const std::string& region) {
    std::vector<const Node*> found;
    for (const Node* node : stack_.of_twins("wallet"))
      if (stack_.region_of(*node) == region) found.push_back(node);
    return found;
  }
  std::optional<std::string> lag(const std::map<std::string, std::string>& params) {
    return find_condition("standby_lag")->missing(context_, {"standby_lag", params}, 0);
  }
  std::string entry_of(const std::string& region) {
    for (const Node* node : context_.platform().nodes_of(Purpose::entrance))
      if (stack_.region_of(*node) == region) return node->address;
    return "";
  }

  casino::test::FakeWitness witness_;
  std::string held_ = "[]", answers_ = "[]", changed_;
  int names_status_ = 200;
  Played names_{[this](const casino::Request& request) -> casino::Response {
    if (request.method == "GET")
      return {200, fmt::format(R"({{"held":{},"answers":{}}})", held_, answers_), {}};
    const auto order = nlohmann::json::parse(request.body);
    if (request.header("authorization") != "Bearer control-token") return {401, "{}", {}};
    held_ = order["hold"].dump();
    return {names_status_, "{}", {}};
  }};
  Played patroni_{[this](const casino::Request& request) -> casino::Response {
    changed_ = request.method + " " + request.path + " " + request.body;
    return {200, "{}", {}};
  }};
  Stack stack_;
  StackView view_;
  double lasting_ms_ = 0;
  std::vector<Endpoint> tried_;
  std::shared_ptr<EdgeTrial> trial_ = std::make_shared<EdgeTrial>();
  ActionContext context_{stack_,
                         [this] { return view_; },
                         nullptr,
                         "",
                         [this] {
                           return Incident{lasting_ms_, {}};
                         },
                         [this](const Endpoint& edge) {
                           tried_.push_back(edge);
                           return std::shared_ptr<const EdgeTrial>(trial_);
                         }};
};

TEST_F(RegionActions, TheLeadIsGivenOnceAndItsWritersSayThatTheyHaveYielded) {
  const auto give = action("give_region", {{"to", "b"}});
  ASSERT_TRUE(give->give(context_));
  EXPECT_EQ(region_lead(stack_)->holder, "b");
  EXPECT_EQ(region_lead(stack_)->term, 2);
  EXPECT_FALSE(*give->seen(context_));
  for (const Node* wallet : wallets_of("a")) say_held(wallet->name, 0);
  say_held(wallets_of("a").front()->name, 1);
  EXPECT_FALSE(*give->seen(context_)) << "one of them still may acknowledge";
  say_held(wallets_of("a").front()->name, 0);
  const auto seen = *give->seen(context_);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->at("term"), "2");
  ASSERT_TRUE(give->give(context_)) << "which is safe to repeat";
  EXPECT_EQ(region_lead(stack_)->term, 2);
}

// What a writer said before says nothing, and who is gone says nothing at all.
TEST_F(RegionActions, WhoDoesNotSayThatHeYieldedIsWaitedOut) {
  for (const Node* wallet : wallets_of("a")) say_held(wallet->name, 0);
  stack_.file.lead->lease_ms = -500;  // with the margin half a second
  const auto give = action("give_region", {{"to", "b"}});
  ASSERT_TRUE(give->give(context_));
  EXPECT_FALSE(*give->seen(context_));
  std::this_thread::sleep_for(std::chrono::milliseconds(510));
  const auto seen = *give->seen(context_);
  ASSERT_TRUE(seen);
  EXPECT_NE(seen->at("yielded").find("by time"), std::string::npos);
}

TEST_F(RegionActions, NobodyIsGivenTheLeadWhoIsNotThereOrWhereTheWitnessIsSilent) {
  EXPECT_FALSE(action("give_region", {{"to", "c"}})->give(context_));
  witness_.before_write = [this] { witness_.give("a", 5); };
  EXPECT_FALSE(action("give_region", {{"to", "b"}})->give(context_)) << "somebody else was first";
  EXPECT_EQ(region_lead(stack_)->holder, "a");
  witness_.put("nonsense");
  EXPECT_FALSE(action("give_region", {{"to", "b"}})->give(context_));
  witness_.status = 503;
  EXPECT_FALSE(action("give_region", {{"to", "b"}})->give(context_));
}

TEST_F(RegionActions, ARegionWithoutTheLeadIsNotPromoted) {
  const auto promote = action("promote_region", {{"to", "b"}});
  const Status early = promote->give(context_);
  ASSERT_FALSE(early);
  EXPECT_NE(early.error().message.find("give_region first"), std::string::npos);
  EXPECT_TRUE(changed_.empty());
  witness_.give("b", 2);
  ASSERT_TRUE(promote->give(context_));
  EXPECT_EQ(changed_, R"(PATCH /config {"standby_cluster":null})");
  EXPECT_FALSE(*promote->seen(context_)) << "region a's leader is none of b";
  role("postgres-b-1", "primary");
  const auto seen = *promote->seen(context_);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->at("leads"), "postgres-b-1");
  EXPECT_EQ(seen->at("term"), "2");
}

TEST_F(RegionActions, TheRegionThatLeadsFollowsNobody) {
  const auto follow = action("follow_region", {{"region", "a"}, {"of", "b"}});
  EXPECT_FALSE(follow->give(context_));
  EXPECT_TRUE(changed_.empty());
  witness_.give("b", 2);
  ASSERT_TRUE(follow->give(context_));
  EXPECT_NE(changed_.find(R"("standby_cluster":{)"), std::string::npos) << changed_;
  EXPECT_FALSE(*follow->seen(context_));
  role("postgres-1", "standby_leader");
  view_.nodes["postgres-1"].status["lag_ms"] = 100;
  const auto seen = *follow->seen(context_);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->at("headed_by"), "postgres-1");
}

TEST_F(RegionActions, NameServersGiveOutOneRegion) {
  const auto open = action("open_region", {{"to", "b"}});
  answers_ = nlohmann::json{entry_of("a")}.dump();
  ASSERT_TRUE(open->give(context_));
  EXPECT_EQ(held_, R"(["cdn-1","cdn-2"])");
  EXPECT_FALSE(*open->seen(context_)) << "held, but still given out";
  answers_ = nlohmann::json{entry_of("b")}.dump();
  EXPECT_TRUE(*open->seen(context_));
  names_status_ = 400;
  EXPECT_FALSE(open->give(context_));
  EXPECT_FALSE(action("open_region", {{"to", "c"}})->give(context_));
}

TEST_F(RegionActions, CanaryOperationsGoThroughTheRegionsOwnEdgeUntilTheyWork) {
  const auto canary = action("canary_operations", {{"region", "b"}});
  ASSERT_TRUE(canary->give(context_));
  ASSERT_EQ(tried_.size(), 1u);
  EXPECT_EQ(tried_.front().port, 8443);
  EXPECT_FALSE(*canary->seen(context_));
  trial_->failed = true;
  auto fresh = std::make_shared<EdgeTrial>();
  std::swap(trial_, fresh);
  EXPECT_FALSE(*canary->seen(context_));
  EXPECT_EQ(tried_.size(), 2u);
  trial_->acknowledged = EdgeTrial::operations;
  const auto seen = *canary->seen(context_);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->at("tried_before"), "1");
  context_.try_edge = {};
  EXPECT_FALSE(canary->give(context_));
}

TEST_F(RegionActions, WhatAStandbyLacksIsToldAndBounded) {
  NodeView &primary = view_.nodes["postgres-1"], &standby = view_.nodes["postgres-b-1"];
  primary.log_bytes = standby.log_bytes = 5'000;
  EXPECT_FALSE(lag({{"region", "b"}}));
  primary.log_bytes = 5'100;
  EXPECT_EQ(lag({{"region", "b"}}),
            "postgres-b-1 lacks 100 bytes: what was committed in 800 ms would be lost");
  EXPECT_FALSE(lag({{"region", "b"}, {"max", "800"}}));
  EXPECT_TRUE(lag({{"region", "b"}, {"max", "799"}}));
  // Gone for 10 s: its newest commit was half a second before.
  for (auto& [name, node] : view_.nodes)
    if (name.starts_with("postgres-") && !name.starts_with("postgres-b")) node.healthy = false;
  lasting_ms_ = 10'000;
  standby.status["lag_ms"] = 10'500;
  EXPECT_FALSE(lag({{"region", "b"}, {"max", "500"}}));
  EXPECT_TRUE(lag({{"region", "b"}, {"max", "499"}}));
  // Cut off but seen: it acknowledges until its lead is over.
  primary.healthy = true;
  EXPECT_FALSE(lag({{"region", "b"}, {"max", "5500"}}));
  EXPECT_TRUE(lag({{"region", "b"}, {"max", "5499"}}));
  standby.healthy = false;
  EXPECT_EQ(lag({{"region", "b"}, {"max", "100000"}}), "nobody in region b follows");
}

}  // namespace
}  // namespace rehearse
