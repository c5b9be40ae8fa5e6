#include "runtime/podman/network.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rehearse::network {
namespace {

std::string set(const std::string& name, const std::string& elements) {
  return fmt::format(R"({{"set": {{"family": "inet", "name": "{}", "table": "rehearse"{}}}}})",
                     name, elements.empty() ? "" : R"(, "elem": [)" + elements + "]");
}

std::string rule(const std::string& name, int packets) {
  return fmt::format(
      R"({{"rule": {{"chain": "in", "expr": [{{"match": {{"op": "==", "left": {{"payload": )"
      R"({{"protocol": "ip", "field": "saddr"}}}}, "right": "@{}"}}}}, )"
      R"({{"counter": {{"packets": {}, "bytes": 0}}}}, {{"drop": null}}]}}}})",
      name, packets);
}

// As `nft -j list table inet rehearse` of nftables 1.0.6 prints it.
std::string listing(const std::string& cut, const std::string& between) {
  return fmt::format(
      R"({{"nftables": [{{"metainfo": {{"version": "1.0.6"}}}}, {}, {}, {}, {}, {}, {}]}})",
      set("cut", cut), set("between", between), rule("between", 3), rule("cut", 10),
      rule("between", 4), rule("cut", 20));
}

constexpr const char* whole =
    R"({"elem": {"val": {"prefix": {"addr": "198.18.0.0", "len": 17}}, "timeout": 4}})";
constexpr const char* single = R"({"elem": {"val": "198.18.1.1", "timeout": 4}})";

TEST(CutState, CountersOutliveWhatWasCut) {
  const auto state = read_cut_state(listing("", ""));
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->active);
  EXPECT_FALSE(state->between);
  EXPECT_EQ(state->dropped_packets, 37);
  EXPECT_EQ(state->dropped_between, 7);
}

TEST(CutState, KnowsWholeRangesFromSingleAddresses) {
  EXPECT_TRUE(read_cut_state(listing(whole, ""))->active);
  EXPECT_FALSE(read_cut_state(listing(whole, ""))->between);
  EXPECT_TRUE(read_cut_state(listing("", single))->active);
  EXPECT_TRUE(read_cut_state(listing("", single))->between);
}

TEST(CutState, WhatIsNoListingIsAnError) {
  EXPECT_FALSE(read_cut_state("Error: no such table"));
  EXPECT_FALSE(read_cut_state("[]"));
}

}  // namespace
}  // namespace rehearse::network
