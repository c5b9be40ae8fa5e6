#include <gtest/gtest.h>

#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class NetworkLatencyTest : public FaultTest {
 protected:
  NetworkLatencyTest() : FaultTest("network_latency") { entry_.params["delay"] = int64_t{50}; }
};

TEST_F(NetworkLatencyTest, PlansForAllNodesOfAZoneAndTouchesNothing) {
  const auto planned = plan({{"internet"}, "", 0});
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "internet");
  ASSERT_EQ(planned->undo.size(), 1u);
  EXPECT_EQ(planned->undo[0].action, "undelay");
  std::vector<std::string> of_zone;
  for (const Node& node : stack_.nodes)
    if (node.zone == "internet") of_zone.push_back(node.name);
  EXPECT_GT(of_zone.size(), 1u);
  EXPECT_EQ(planned->undo[0].nodes, of_zone);
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(NetworkLatencyTest, DelaysTheHolderOfARoleAndTheUndoTakesItBack) {
  entry_.params["jitter"] = int64_t{5};
  const auto planned = plan({{}, "postgres.primary", 0});
  ASSERT_TRUE(planned);
  ASSERT_TRUE(fault_->inject(runtime_));
  ASSERT_EQ(runtime_.delayed.size(), 1u);
  EXPECT_EQ(runtime_.delayed["postgres-2"].delay_us, 50'000);
  EXPECT_EQ(runtime_.delayed["postgres-2"].jitter_us, 5'000);
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(runtime_.delayed.empty());
}

TEST_F(NetworkLatencyTest, ItsJitterComesFromTheSeed) {
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  const uint64_t first = runtime_.delayed["psp-a"].seed;
  random_.seed(7);
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_EQ(runtime_.delayed["psp-a"].seed, first);
}

TEST_F(NetworkLatencyTest, NoEffectUntilPacketsWereHeldAsLongAsAskedFor) {
  ASSERT_TRUE(plan({{"psp-a", "psp-b"}, "", 0}));
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());  // no rule yet
  ASSERT_TRUE(fault_->inject(runtime_));
  runtime_.delay_seen = {true, 0, std::nullopt, std::nullopt};
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  runtime_.delay_seen = {true, 9, 12.0, 13.0};
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  runtime_.delay_seen = {true, 9, 50.1, 50.4};
  const auto seen = fault_->effect(runtime_);
  ASSERT_TRUE(seen->has_value());
  EXPECT_EQ((*seen)->at("packets_delayed_at_effect"), "18");
  EXPECT_EQ((*seen)->at("hold_median_ms_min_at_effect"), "50.1");
  EXPECT_EQ(fault_->afterwards(runtime_).at("hold_p99_ms_max"), "50.4");
  runtime_.delayed.erase("psp-b");
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
}

TEST_F(NetworkLatencyTest, ARoundTripShowsTheDelayWhoeverHoldsThePackets) {
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  runtime_.delay_seen = {true, 4, std::nullopt, std::nullopt};  // the kernel's netem
  std::optional<double> trip_ms = 0.3;                          // a rule that delays nothing
  runtime_.on_round_trip = [&](const std::string&) { return trip_ms; };
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  trip_ms = std::nullopt;
  EXPECT_FALSE(fault_->effect(runtime_)->has_value());
  trip_ms = 50.2;
  const auto seen = fault_->effect(runtime_);
  ASSERT_TRUE(seen->has_value());
  EXPECT_EQ((*seen)->at("hold_median_ms_min_at_effect"), "not measured");
  EXPECT_EQ((*seen)->at("round_trip_ms_min_before"), "0.2");
  EXPECT_EQ((*seen)->at("round_trip_ms_min"), "50.2");
}

TEST_F(NetworkLatencyTest, WhoIsCutOffAsWellShowsItByWhatItsPacketsWereHeldFor) {
  ASSERT_TRUE(plan({{"psp-a"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  runtime_.on_round_trip = [](const std::string&) { return std::optional<double>(); };
  EXPECT_TRUE(fault_->effect(runtime_)->has_value());
}

TEST_F(NetworkLatencyTest, HoldsWithoutWaitingForARoundTrip) {
  ASSERT_TRUE(plan({{"psp-a", "psp-b"}, "", 0}));
  ASSERT_TRUE(fault_->inject(runtime_));
  int trips = 0;
  runtime_.on_round_trip = [&](const std::string&) { return std::optional(50.0 + ++trips); };
  EXPECT_TRUE(*fault_->holds(runtime_));
  runtime_.delayed.erase("psp-b");
  EXPECT_FALSE(*fault_->holds(runtime_));
  EXPECT_EQ(trips, 0);
}

TEST_F(NetworkLatencyTest, IsNotRestoredWhileARoundTripTakesLong) {
  const auto planned = plan({{"psp-a"}, "", 0});
  ASSERT_TRUE(planned && fault_->inject(runtime_) && undo(runtime_, planned->undo));
  double trip_ms = 50.3;
  runtime_.on_round_trip = [&](const std::string&) { return std::optional(trip_ms); };
  EXPECT_FALSE(fault_->restored(runtime_));
  trip_ms = 0.4;
  const auto restored = fault_->restored(runtime_);
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->at("round_trip_ms_min_after"), "0.4");
}

TEST_F(NetworkLatencyTest, AJitterLongerThanTheDelayIsRefused) {
  entry_.params["delay"] = int64_t{10};
  entry_.params["jitter"] = int64_t{11};
  EXPECT_FALSE(plan({{"psp-a"}, "", 0}));
  entry_.params["jitter"] = int64_t{10};
  EXPECT_TRUE(plan({{"psp-a"}, "", 0}));
}

TEST_F(NetworkLatencyTest, IsRestoredOnceNothingIsDelayed) {
  const auto planned = plan({{"wallet-1", "wallet-2"}, "", 0});
  ASSERT_TRUE(planned && fault_->inject(runtime_));
  runtime_.delayed.erase("wallet-1");
  EXPECT_FALSE(fault_->restored(runtime_));
  ASSERT_TRUE(undo(runtime_, planned->undo));
  EXPECT_TRUE(fault_->restored(runtime_));
}

}  // namespace
}  // namespace rehearse
