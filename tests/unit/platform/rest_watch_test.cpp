#include "platform/rest_watch.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

class RestWatchTest : public testing::Test {
 protected:
  RestWatchTest() {
    for (const char* name : {"cashier", "provider"}) {
      ComponentEntry component;
      component.name = name;
      component.idle = {{"open", 0}};
      stack_.file.components.push_back(component);
      Node node;
      node.name = name;
      node.component = name;
      stack_.nodes.push_back(node);
    }
  }
  void look(const std::string& node, int64_t at_ns, int64_t open) {
    view_.nodes[node].seen_ns = at_ns;
    view_.nodes[node].status["open"] = open;
  }

  Stack stack_;
  StackView view_;
  Platform platform_{stack_};
  RestWatch rest_{platform_, 100};
};

TEST_F(RestWatchTest, RestIsSeenInTwoRoundsOfLooks) {
  look("cashier", 101, 0);
  look("provider", 102, 0);
  EXPECT_FALSE(rest_.at_rest(view_, 103));
  look("cashier", 104, 0);
  EXPECT_FALSE(rest_.at_rest(view_, 105));
  look("provider", 106, 0);
  EXPECT_TRUE(rest_.at_rest(view_, 107));
}

TEST_F(RestWatchTest, WorkThatMovesBehindTheLooksIsFound) {
  look("cashier", 101, 0);   // idle still
  look("provider", 103, 0);  // at 102 it gave its last webhook to the cashier
  EXPECT_FALSE(rest_.at_rest(view_, 104));
  look("cashier", 105, 1);
  look("provider", 106, 0);
  EXPECT_FALSE(rest_.at_rest(view_, 107));
  EXPECT_EQ(rest_.pending(), std::vector<std::string>{"cashier open = 1"});
  look("cashier", 108, 0);  // it may have given the provider something to do
  look("provider", 109, 0);
  EXPECT_FALSE(rest_.at_rest(view_, 110));
  look("cashier", 111, 0);
  look("provider", 112, 0);
  EXPECT_TRUE(rest_.at_rest(view_, 113));
}

TEST_F(RestWatchTest, LooksFromBeforeSayNothing) {
  look("cashier", 99, 0);
  look("provider", 120, 0);
  EXPECT_FALSE(rest_.at_rest(view_, 121));
  EXPECT_EQ(rest_.pending(), std::vector<std::string>{"cashier was not looked at since"});
}

}  // namespace
}  // namespace rehearse
