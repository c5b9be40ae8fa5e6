#include <gtest/gtest.h>

#include "platform/platform.hpp"

namespace rehearse {
namespace {

class PendingWorkTest : public testing::Test {
 protected:
  PendingWorkTest() {
    ComponentEntry relay;
    relay.name = "relay";
    relay.idle = {{"lag", 0}};
    stack_.file.components = {relay};
    stack_.nodes = {{"relay-1", "relay", "az-1", "", 1, {}},
                    {"relay-2", "relay", "az-2", "", 2, {}}};
    for (const char* node : {"relay-1", "relay-2"}) {
      view_.nodes[node].seen_ns = 100;
      view_.nodes[node].status["lag"] = 0;
    }
  }
  std::vector<std::string> pending(int64_t since_ns = 50) {
    return Platform(stack_).pending_work(view_, since_ns);
  }
  Stack stack_;
  StackView view_;
};

TEST_F(PendingWorkTest, NothingWhenEveryFieldIsAsWanted) {
  EXPECT_TRUE(pending().empty());
}

TEST_F(PendingWorkTest, NamesTheFieldThatIsNot) {
  view_.nodes["relay-2"].status["lag"] = 7;
  EXPECT_EQ(pending(), std::vector<std::string>{"relay-2 lag = 7"});
}

TEST_F(PendingWorkTest, ALookBeforeTheChangeSaysNothing) {
  EXPECT_EQ(pending(101).size(), 2u);
  view_.nodes["relay-1"].seen_ns = 102;
  EXPECT_EQ(pending(101), std::vector<std::string>{"relay-2 was not looked at since"});
}

// The database leads in one region; what stands by in the other has nobody to ask.
TEST_F(PendingWorkTest, WhatStandsByHasNothingToDo) {
  ComponentEntry database;
  database.name = "db";
  database.roles = "patroni";
  for (ComponentEntry* one : {&database, &stack_.file.components[0]}) one->region = "a";
  stack_.file.components.push_back(database);
  for (size_t i = 0; i < 2; ++i) {
    ComponentEntry& one = stack_.file.components[i];
    one.twins = {one.name, one.name + "-b"};
    ComponentEntry twin = one;
    twin.like = one.name;
    twin.name += "-b";
    twin.region = "b";
    stack_.file.components.push_back(twin);
    stack_.nodes.push_back({twin.name + "-1", twin.name, "b-1", "198.18.11.1", 1, {}});
  }
  stack_.nodes.push_back({"db-1", "db", "a-1", "198.18.1.1", 1, {}});
  stack_.file.regions = {{"a", {"az-1", "az-2", "a-1"}}, {"b", {"b-1"}}};
  stack_.file.paths = {{"players", "edge", "relay", ""}};
  const auto path = [&] {
    std::vector<std::string> names;
    for (const auto& hop : Platform(stack_).books_source(view_).paths) names.push_back(hop.address);
    return names;
  };
  stack_.file.books.sql_component = "db";
  view_.nodes["db-1"].role = "primary";
  EXPECT_TRUE(pending().empty());
  EXPECT_EQ(path().size(), 2u);
  view_.nodes["db-1"].role = "standby_leader";
  view_.nodes["db-b-1"].role = "primary";
  EXPECT_EQ(pending(), std::vector<std::string>{"relay-b-1 was not looked at since"});
  EXPECT_EQ(path(), std::vector<std::string>{"198.18.11.1"});
  // While nobody leads nobody is excused.
  view_.nodes["db-b-1"].role = "replica";
  view_.nodes["relay-1"].status["lag"] = 3;
  EXPECT_EQ(pending(),
            (std::vector<std::string>{"relay-1 lag = 3", "relay-b-1 was not looked at since"}));
}

TEST_F(PendingWorkTest, SilenceIsNotIdleness) {
  view_.nodes["relay-1"].status.clear();
  view_.nodes.erase("relay-2");
  EXPECT_EQ(pending(), (std::vector<std::string>{"relay-1 says nothing of lag",
                                                 "relay-2 was not looked at since"}));
}

}  // namespace
}  // namespace rehearse
