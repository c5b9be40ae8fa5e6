#include "stack/initial_roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../base/test_server.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

// The shipped stack; a cluster of three that hands over as Patroni does, to its synchronous standby
// alone. Whoever was replica becomes the next one.
class InitialRoles : public testing::Test {
 protected:
  InitialRoles() {
    auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
    EXPECT_TRUE(file) << file.error().message;
    stack_ = *make_stack(*file, {});
    hands_.view = [this] { return view_; };
    hands_.hand_over = [this](const HandOver& step) -> Status {
      steps_.push_back(step.from->name + " to " + step.to->name);
      if (refusals_-- > 0) return fail(ExitCode::machine, "not now");
      if (stuck_) return {};
      std::string replica;
      for (auto& [name, node] : view_.nodes)
        if (node.role == "replica") replica = name;
      view_.nodes[step.from->name].role = "replica";
      view_.nodes[step.to->name].role = "primary";
      if (!replica.empty()) view_.nodes[replica].role = "sync";
      return {};
    };
    hands_.wait_whole = [this](const ComponentEntry&, int64_t) { return whole_; };
  }
  void roles(const char* first, const char* second, const char* third) {
    view_.nodes["postgres-1"].role = first;
    view_.nodes["postgres-2"].role = second;
    view_.nodes["postgres-3"].role = third;
  }

  Stack stack_;
  StackView view_;
  RoleHands hands_;
  std::vector<std::string> steps_;
  bool stuck_ = false, whole_ = true;
  int refusals_ = 0;
};

TEST_F(InitialRoles, WhoLeadsAlreadyIsLeftAlone) {
  roles("primary", "sync", "replica");
  ASSERT_TRUE(restore_roles(stack_, hands_));
  EXPECT_THAT(steps_, testing::IsEmpty());
}

TEST_F(InitialRoles, TheNextInLineGetsTheLeadBackAtOnce) {
  roles("sync", "primary", "replica");
  ASSERT_TRUE(restore_roles(stack_, hands_));
  EXPECT_THAT(steps_, testing::ElementsAre("postgres-2 to postgres-1"));
}

TEST_F(InitialRoles, WhoIsNotNextInLineBecomesItFirst) {
  roles("replica", "primary", "sync");
  ASSERT_TRUE(restore_roles(stack_, hands_));
  EXPECT_THAT(steps_, testing::ElementsAre("postgres-2 to postgres-3", "postgres-3 to postgres-1"));
  EXPECT_EQ(view_.nodes["postgres-1"].role, "primary");
}

TEST_F(InitialRoles, WithoutASecondTheLeadGoesStraight) {
  roles("replica", "primary", "replica");
  ASSERT_TRUE(restore_roles(stack_, hands_));
  EXPECT_THAT(steps_, testing::ElementsAre("postgres-2 to postgres-1"));
}

TEST_F(InitialRoles, WhoRefusesIsAskedAgainAndHeardInTheEnd) {
  roles("sync", "primary", "replica");
  refusals_ = 2;
  ASSERT_TRUE(restore_roles(stack_, hands_));
  EXPECT_EQ(view_.nodes["postgres-1"].role, "primary");
  roles("sync", "primary", "replica");
  refusals_ = 100;
  const Status done = restore_roles(stack_, hands_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "not now");
}

TEST_F(InitialRoles, WhatDoesNotGoBackIsAnErrorAndNotTriedForEver) {
  roles("sync", "primary", "replica");
  stuck_ = true;
  const Status done = restore_roles(stack_, hands_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "postgres-1 does not get the lead back from postgres-2");
  EXPECT_LT(steps_.size(), 10u);
  whole_ = false;
  EXPECT_FALSE(restore_roles(stack_, hands_));
}

TEST_F(InitialRoles, PatroniIsAskedToSwitchOverAndHeardOut) {
  Node leader = *stack_.find("postgres-2");
  leader.address = "127.0.0.1";
  const auto ask = [&](test::TestServer& server) {
    for (auto& component : stack_.file.components)
      if (component.name == "postgres") component.port = server.endpoint().port;
    return technology_of(stack_, leader).hand_over(stack_, leader, *stack_.find("postgres-1"));
  };
  test::TestServer willing({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"});
  EXPECT_TRUE(ask(willing));
  EXPECT_THAT(willing.request(), testing::HasSubstr("POST /switchover"));
  EXPECT_THAT(willing.request(),
              testing::HasSubstr("Authorization: Basic b3BlcmF0b3I6cGF0cm9uaS1zZWNyZXQ=\r\n"));
  test::TestServer unwilling({"HTTP/1.1 412 No\r\nContent-Length: 7\r\n\r\nno sync"});
  const Status refused = ask(unwilling);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "postgres-2 does not hand over to postgres-1: no sync");
}

}  // namespace
}  // namespace rehearse
