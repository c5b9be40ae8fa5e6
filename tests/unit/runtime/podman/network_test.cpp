#include "runtime/podman/network.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rehearse::network {
namespace {

std::string set(const std::string& name, const std::string& elements) {
  return fmt::format(R"({{"set": {{"name": "{}", "table": "rehearse"{}}}}})", name,
                     elements.empty() ? "" : R"(, "elem": [)" + elements + "]");
}

std::string element(const std::string& value, int packets) {
  return fmt::format(R"({{"elem": {{"val": {}, "timeout": 4, "expires": 3, )"
                     R"("counter": {{"packets": {}, "bytes": 84}}}}}})",
                     value, packets);
}

// As `nft -j list table` of nftables 1.0.6 prints it.
std::string listing(const std::string& sets) {
  return R"({"nftables": [{"metainfo": {"version": "1.0.6"}}, )" + sets +
         R"(, {"rule": {"chain": "in_", "expr": [{"drop": null}]}}]})";
}

constexpr const char* zones = R"({"prefix": {"addr": "198.18.0.0", "len": 17}})";

TEST(Cuts, NothingIsCutWhereTheSetsAreEmpty) {
  const auto cuts = read_cuts(listing(set("cut_in", "") + ", " + set("between_out", "")));
  ASSERT_TRUE(cuts);
  EXPECT_TRUE(cuts->empty());
}

TEST(Cuts, EachElementCountsForItselfInEachDirection) {
  const auto cuts = read_cuts(listing(
      set("cut_in", element(zones, 3)) + ", " + set("cut_out", element(zones, 40)) + ", " +
      set("between_in", element(R"("198.18.1.1")", 5) + ", " + element(R"("198.18.1.2")", 0)) +
      ", " + set("between_out", element(R"("198.18.1.1")", 7))));
  ASSERT_TRUE(cuts);
  ASSERT_EQ(cuts->size(), 3u);
  EXPECT_EQ(cuts->at("198.18.0.0/17").in, 3);
  EXPECT_EQ(cuts->at("198.18.0.0/17").out, 40);
  EXPECT_EQ(cuts->at("198.18.1.1").in, 5);
  EXPECT_EQ(cuts->at("198.18.1.1").sum(), 12);
  EXPECT_EQ(cuts->at("198.18.1.2").sum(), 0);
}

TEST(Network, NothingOfABridgeIsInTheHost) {
  NetworkSpec spec{"it", "198.18.0.0/16", "198.18.255.1", {"198.18.1.0/24"}, {}};
  spec.nodes.push_back({"a", "198.18.1.11", "", {}, {}, {}});
  const Batches batches = batches_of(spec, "ab:/var/lib/some where");
  EXPECT_EQ(batches.host.find("type bridge"), std::string::npos);
  EXPECT_EQ(batches.host.find("master"), std::string::npos);
  EXPECT_NE(
      batches.host.find("link add rhv0 netns rhs-_bridge type veth peer name eth0 netns rhs-a"),
      std::string::npos)
      << batches.host;
  EXPECT_NE(batches.inside.find("link set rhv0 master rhs0 up"), std::string::npos);
}

TEST(Network, ANodeThatIsKeptApartReachesWhatItMayAndOurControl) {
  NodeSpec node{"a", "198.18.1.11", "", {}, {}, {}};
  EXPECT_EQ(apart_rules(node, "198.18.255.1"), "");
  node.reaches = {"198.18.6.10", "198.18.6.11"};
  const std::string rules = apart_rules(node, "198.18.255.1");
  for (const char* end : {"saddr", "daddr"})
    EXPECT_NE(
        rules.find(fmt::format("ip {} != {{ 198.18.6.10, 198.18.6.11, 198.18.255.1 }} drop", end)),
        std::string::npos)
        << rules;
  node.reaches->clear();
  EXPECT_NE(apart_rules(node, "198.18.255.1").find("saddr != { 198.18.255.1 } drop"),
            std::string::npos)
      << "what it reaches is not raised";
}

TEST(Routes, TheDeviceIsWhatFollowsDev) {
  EXPECT_EQ(device_in("198.18.1.1 dev rhs0 src 198.18.255.1 uid 0 \n    cache \n"), "rhs0");
  EXPECT_EQ(device_in("198.18.1.0 via 10.0.0.1 dev tun0 table 100 src 10.0.0.7 uid 0\n"), "tun0");
  EXPECT_EQ(device_in("198.18.1.0 dev tun0\n"), "tun0");
  EXPECT_EQ(device_in("RTNETLINK answers: Network is unreachable\n"), "");
}

TEST(Cuts, WhatIsNoListingIsAnError) {
  EXPECT_FALSE(read_cuts("Error: no such table"));
  EXPECT_FALSE(read_cuts("[]"));
}

}  // namespace
}  // namespace rehearse::network
