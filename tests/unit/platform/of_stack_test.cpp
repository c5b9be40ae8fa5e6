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

TEST_F(PendingWorkTest, SilenceIsNotIdleness) {
  view_.nodes["relay-1"].status.clear();
  view_.nodes.erase("relay-2");
  EXPECT_EQ(pending(), (std::vector<std::string>{"relay-1 says nothing of lag",
                                                 "relay-2 was not looked at since"}));
}

}  // namespace
}  // namespace rehearse
