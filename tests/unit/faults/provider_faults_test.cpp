// The faults against a provider of the reference casino in this process.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../fixtures/casino/psp/provider.hpp"
#include "../runtime/fake_runtime.hpp"
#include "faults/fault.hpp"

namespace rehearse {
namespace {

constexpr const char* transfer =
    R"({"business_key":"p1","direction":"out","amount_minor":500,"currency":"EUR"})";

class ProviderFaultTest : public testing::Test {
 protected:
  ProviderFaultTest()
      : stack_(*make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml"),
                           {})) {
    entry_.id = "f";
    entry_.params["provider"] = Target{{"psp-a"}, "", 0};
  }

  // psp-a is the provider of this process; psp-b is where nobody listens.
  Result<PlannedFault> plan(const std::string& name) {
    for (auto& node : stack_.nodes)
      if (node.component == "psp") node.address = node.name == "psp-a" ? "127.0.0.1" : "127.0.0.2";
    for (auto& component : stack_.file.components)
      if (component.name == "psp") component.port = provider_.endpoint().port;
    entry_.fault = name;
    fault_ = find_fault(name)->make();
    return fault_->plan({runtime_, stack_, {}, entry_, random_});
  }
  nlohmann::json conduct() {
    return nlohmann::json::parse(provider_.call("GET", "/control/conduct").value().body);
  }

  casino::test::Provider provider_;
  Stack stack_;
  FakeRuntime runtime_;
  TimelineEntry entry_;
  std::mt19937_64 random_{7};
  std::unique_ptr<Fault> fault_;
};

TEST_F(ProviderFaultTest, PlansItsEndAndTouchesNothing) {
  const auto planned = plan("provider_drop");
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "psp-a");
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "post");
  EXPECT_EQ(planned->undo[0].nodes, std::vector<std::string>{"psp-a"});
  EXPECT_TRUE(planned->undo[0].detail.ends_with("/control/conduct/f/end"))
      << planned->undo[0].detail;
  EXPECT_TRUE(conduct().empty());
}

TEST_F(ProviderFaultTest, OnlyOneDecidesHowAProviderAnswers) {
  for (const char* name : {"provider_drop", "provider_timeout", "provider_error", "provider_slow",
                           "provider_brownout", "provider_rate_limit"})
    EXPECT_EQ(plan(name)->decides, std::vector<std::string>{"the answers of psp-a"}) << name;
  for (const char* name : {"webhook_duplicate", "webhook_forge", "provider_key_rotation"})
    EXPECT_TRUE(plan(name)->decides.empty()) << name;
}

TEST_F(ProviderFaultTest, TheEffectIsWhatTheProviderCounted) {
  entry_.params["captured"] = true;
  entry_.params["status"] = int64_t{503};
  ASSERT_TRUE(plan("provider_error"));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value()) << "nobody has met it yet";
  EXPECT_EQ(provider_.call("POST", "/v1/transfers", transfer).value().status, 503);
  const auto seen = fault_->effect(runtime_);
  ASSERT_TRUE(seen && *seen);
  EXPECT_EQ((*seen)->at("psp-a_treated_at_effect"), "1");
  EXPECT_EQ((*seen)->at("psp-a_considered_at_effect"), "1");
  EXPECT_EQ(nlohmann::json::parse(provider_.book.transfers_of("p1")).size(), 1u) << "captured";
  provider_.call("POST", "/v1/transfers", transfer);
  EXPECT_EQ(fault_->afterwards(runtime_).at("psp-a_treated"), "2");
}

TEST_F(ProviderFaultTest, AShareThatMetNobodyIsNoEffect) {
  entry_.params["fraction"] = 0.0;
  ASSERT_TRUE(plan("provider_drop"));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(provider_.call("POST", "/v1/transfers", transfer).value().status, 201);
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
}

TEST_F(ProviderFaultTest, EveryProviderMustShowTheEffectAndListen) {
  entry_.params["provider"] = Target{{"psp-a", "psp-b"}, "", 0};
  ASSERT_TRUE(plan("provider_drop"));
  const auto injected = fault_->inject(runtime_);
  ASSERT_FALSE(injected);
  EXPECT_EQ(injected.error().code, ExitCode::machine);
  EXPECT_EQ(conduct().size(), 1u) << "psp-a was told all the same";
  provider_.call("POST", "/v1/transfers", transfer);
  EXPECT_FALSE(fault_->effect(runtime_));
}

TEST_F(ProviderFaultTest, AnOrderThatIsRefusedIsAnError) {
  entry_.params["copies"] = int64_t{99};  // what validation would have refused
  ASSERT_TRUE(plan("webhook_duplicate"));
  const auto injected = fault_->inject(runtime_);
  ASSERT_FALSE(injected);
  EXPECT_NE(injected.error().message.find("copies must be"), std::string::npos);
}

TEST_F(ProviderFaultTest, RefreshingProlongsAndTheEndEnds) {
  const auto planned = plan("webhook_delay");
  ASSERT_TRUE(planned);
  ASSERT_TRUE(fault_->inject(runtime_));
  ASSERT_TRUE(fault_->refresh(runtime_));
  EXPECT_EQ(conduct().size(), 1u);
  EXPECT_FALSE(fault_->restored(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), true);
  const std::string& end = planned->undo[0].detail;
  EXPECT_EQ(provider_.call("POST", end.substr(end.find('/'))).value().status, 200);
  EXPECT_TRUE(conduct().empty());
  EXPECT_TRUE(fault_->restored(runtime_));
  EXPECT_EQ(fault_->holds(runtime_), false) << "a lease that lapsed looks the same";
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  EXPECT_TRUE(fault_->afterwards(runtime_).contains("psp-a_treated"));
}

TEST_F(ProviderFaultTest, EachRowReachesTheProviderWithItsDefaults) {
  const std::map<std::string, std::string> mode_of = {{"provider_drop", "drop"},
                                                      {"provider_timeout", "timeout"},
                                                      {"provider_error", "error"},
                                                      {"webhook_duplicate", "webhook_duplicate"},
                                                      {"webhook_reorder", "webhook_reorder"},
                                                      {"webhook_delay", "webhook_delay"},
                                                      {"provider_slow", "slow"},
                                                      {"provider_brownout", "brownout"},
                                                      {"provider_rate_limit", "rate_limit"},
                                                      {"provider_key_expiry", "keys_expire"},
                                                      {"settlement_partial", "settlement_cut"},
                                                      {"webhook_forge", "webhook_forge"},
                                                      {"webhook_storm", "webhook_storm"},
                                                      {"provider_key_rotation", "key_rotation"}};
  for (const auto& [name, mode] : mode_of) {
    ASSERT_TRUE(plan(name)) << name;
    EXPECT_TRUE(fault_->inject(runtime_)) << name;
    ASSERT_EQ(conduct().size(), 1u) << name;
    EXPECT_EQ(conduct()[0]["mode"].get<std::string>(), mode);
    const auto& schema = find_fault(name)->schema;
    EXPECT_EQ(schema.name, name);
    EXPECT_EQ(schema.length, Length::lasting);
    EXPECT_EQ(schema.params[0].type, ParamType::target_provider);
  }
}

TEST_F(ProviderFaultTest, ChainsAreAskedToDoWhatOnlyChainsDo) {
  entry_.params["provider"] = Target{{"tron"}, "", 0};
  for (const char* name : {"chain_halt", "chain_reorg"}) {
    const auto planned = plan(name);
    ASSERT_TRUE(planned) << planned.error().message;
    EXPECT_EQ(planned->target, "tron");
    EXPECT_TRUE(find_fault(name)->make()->disruptive());
  }
  entry_.params["provider"] = Target{{"psp-a"}, "", 0};
  EXPECT_FALSE(plan("chain_halt"));
}

TEST_F(ProviderFaultTest, OnlyWhatDelaysPaymentsOpensAnOutage) {
  const std::map<std::string, bool> disruptive = {{"provider_drop", true},
                                                  {"provider_timeout", true},
                                                  {"provider_error", true},
                                                  {"webhook_duplicate", false},
                                                  {"webhook_reorder", false},
                                                  {"webhook_delay", true},
                                                  {"provider_slow", true},
                                                  {"provider_brownout", true},
                                                  {"provider_rate_limit", true},
                                                  {"provider_key_expiry", false},
                                                  {"settlement_partial", false},
                                                  {"webhook_forge", false},
                                                  {"webhook_storm", true},
                                                  {"provider_key_rotation", false},
                                                  {"kyt_down", true}};
  for (const auto& [name, expected] : disruptive)
    EXPECT_EQ(find_fault(name)->make()->disruptive(), expected) << name;
}

TEST_F(ProviderFaultTest, AnyIsDrawnFromTheSeedAndNoMoreThanThereAre) {
  std::set<std::string> drawn;
  entry_.params["provider"] = Target{{}, "", 1};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    random_.seed(seed);
    const auto first = plan("provider_drop");
    random_.seed(seed);
    const auto second = plan("provider_drop");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->target, second->target);
    drawn.insert(first->target);
  }
  EXPECT_EQ(drawn, (std::set<std::string>{"psp-a", "psp-b", "ramp-a", "ramp-b"}));
  entry_.params["provider"] = Target{{}, "", 5};
  const auto none = plan("provider_drop");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ExitCode::inconclusive);
}

}  // namespace
}  // namespace rehearse
