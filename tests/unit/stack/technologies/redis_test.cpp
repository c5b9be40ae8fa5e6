// What Redis and Sentinel answer, read as a node's state.
#include "stack/technologies/redis.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

RedisValue text(const std::string& words) {
  return {RedisValue::Kind::text, 0, words, {}};
}
RedisValue integer(int64_t number) {
  return {RedisValue::Kind::integer, number, "", {}};
}
RedisValue list(std::vector<RedisValue> items) {
  return {RedisValue::Kind::list, 0, "", std::move(items)};
}

TEST(RedisProbe, AMasterNamesWhoFollowsIt) {
  NodeView view;
  read_redis_role(list({text("master"), integer(42),
                        list({list({text("198.18.2.25"), text("6379"), text("40")}),
                              list({text("198.18.3.25"), text("6379"), text("42")})})}),
                  view);
  EXPECT_EQ(view.role, "master");
  EXPECT_EQ(view.streaming, (std::vector<std::string>{"198.18.2.25", "198.18.3.25"}));
}

TEST(RedisProbe, AReplicaNamesItsMasterAndTheLink) {
  NodeView view;
  read_redis_role(
      list({text("slave"), text("198.18.1.25"), integer(6379), text("sync"), integer(-1)}), view);
  EXPECT_EQ(view.role, "replica");
  EXPECT_EQ(view.follows, "198.18.1.25");
  EXPECT_EQ(view.state, "sync");
}

TEST(RedisProbe, WhatIsNoAnswerToRoleGivesNoRole) {
  for (const RedisValue& answer :
       {RedisValue{}, RedisValue{RedisValue::Kind::error, 0, "LOADING", {}}, list({text("master")}),
        list({text("sentinel"), list({}), text("")})}) {
    NodeView view;
    read_redis_role(answer, view);
    EXPECT_EQ(view.role, "");
  }
}

TEST(RedisProbe, TheEpochIsTheSentinels) {
  EXPECT_EQ(
      redis_epoch_of(list({list({text("name"), text("casino"), text("config-epoch"), text("7")})})),
      7);
  EXPECT_EQ(redis_epoch_of(list({})), -1);
  EXPECT_EQ(redis_epoch_of(list({list({text("name"), text("casino")})})), -1);
}

}  // namespace
}  // namespace rehearse
