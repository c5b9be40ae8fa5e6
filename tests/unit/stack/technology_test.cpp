// A component's technology says which roles there are and what they mean.
#include "stack/technology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stack/facts.hpp"

namespace rehearse {
namespace {

ComponentEntry component(const std::string& name, const std::string& roles) {
  ComponentEntry entry;
  entry.name = name;
  entry.roles = roles;
  entry.port = 8008;
  return entry;
}

TEST(Technology, RanksTheRolesOfItsNodes) {
  const auto database = component("db", "patroni");
  EXPECT_EQ(rank_of(database, "primary"), Rank::leader);
  EXPECT_EQ(rank_of(database, "sync"), Rank::second);
  EXPECT_EQ(rank_of(database, "replica"), Rank::spare);
  EXPECT_EQ(rank_of(database, ""), Rank::spare);
  EXPECT_EQ(rank_of(component("log", "kafka"), "broker"), Rank::spare);
  EXPECT_EQ(rank_of(component("wallet", "writer"), "writer"), Rank::leader);
  EXPECT_EQ(rank_of(component("wallet", "writer"), "active"), Rank::spare);
}

// Two databases are two instances of one technology.
TEST(Technology, SelectorsAreOfTheComponentByItsName) {
  Stack stack;
  stack.file.components = {component("here", "patroni"), component("there", "patroni"),
                           component("cache", "redis"), component("plain", "")};
  EXPECT_EQ(selector_of(stack, "here", Rank::leader), "here.primary");
  EXPECT_EQ(selector_of(stack, "there", Rank::second), "there.sync");
  EXPECT_EQ(selector_of(stack, "cache", Rank::leader), "cache.master");
  EXPECT_EQ(selector_of(stack, "cache", Rank::second), "");
  EXPECT_EQ(selector_of(stack, "plain", Rank::leader), "");
  EXPECT_EQ(selector_of(stack, "nobody", Rank::leader), "");
}

TEST(Technology, AScenarioMayNameWhatOneNodeHolds) {
  StackFile file;
  file.components = {component("db", "patroni"), component("log", "kafka"),
                     component("cache", "redis"), component("relay", "active"),
                     component("plain", "")};
  EXPECT_THAT(facts_of(file).selectors,
              testing::ElementsAre("db.primary", "db.sync", "db.replica", "log.controller",
                                   "cache.master", "cache.replica", "relay.active"));
}

TEST(Technology, ClientsOfADatabaseDoNotGoWhereItsHealthIs) {
  Stack stack;
  stack.file.components = {component("db", "patroni"), component("log", "kafka")};
  stack.nodes = {{"db-1", "db", "az-1", "198.18.1.21", 1, {}},
                 {"log-1", "log", "az-1", "198.18.1.31", 1, {}}};
  EXPECT_EQ(client_endpoint(stack, stack.nodes[0]).port, 5432);
  EXPECT_EQ(client_endpoint(stack, stack.nodes[1]).port, 8008);
}

// A service that names no role takes no part in elections, and is looked at seldom.
TEST(Technology, OnlyNodesWithRolesAreLookedAtOften) {
  const auto interval = [](const ComponentEntry& entry) {
    return technology_of(entry).look_interval(entry);
  };
  EXPECT_LT(interval(component("db", "patroni")), interval(component("plain", "")));
  EXPECT_LT(interval(component("wallet", "writer")), interval(component("log", "kafka")));
}

}  // namespace
}  // namespace rehearse
