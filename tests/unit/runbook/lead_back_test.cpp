// The shipped stack, of which nobody answers.
#include <gtest/gtest.h>

#include "runbook/action.hpp"
#include "tests/unit/base/test_server.hpp"

namespace rehearse {
namespace {

TEST(LeadBack, WhatIsRefusedNowMayBeGrantedAtTheNextLook) {
  const auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
  ASSERT_TRUE(file) << file.error().message;
  Stack stack = *make_stack(*file, {});
  StackView view;
  for (Node& node : stack.nodes) {
    node.address = "127.0.0.1";
    view.nodes[node.name];
  }
  view.nodes["postgres-1"].role = "sync";
  view.nodes["postgres-2"].role = "primary";
  view.nodes["postgres-3"].role = "replica";
  const ActionContext context{stack, [&] { return view; }};
  const auto action = find_action("lead_back")->make({"lead_back"});
  const Status given = action->give(context);
  EXPECT_TRUE(given) << given.error().message;
  EXPECT_FALSE(*action->seen(context));
  std::swap(view.nodes["postgres-1"].role, view.nodes["postgres-2"].role);
  const auto seen = *action->seen(context);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->at("leads"), "postgres-1");
}

// The third leads first: players wait for one hand-over at a time.
TEST(LeadBack, GoesOnWhenPlayersAreServedAgain) {
  const auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
  ASSERT_TRUE(file) << file.error().message;
  Stack stack = *make_stack(*file, {});
  test::TestServer patroni({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  for (ComponentEntry& component : stack.file.components)
    if (component.name == "postgres") component.port = patroni.endpoint().port;
  StackView view;
  for (Node& node : stack.nodes) {
    node.address = "127.0.0.1";
    view.nodes[node.name];
  }
  const auto lead = [&](const char* primary, const char* sync, const char* replica) {
    view.nodes[primary].role = "primary";
    view.nodes[sync].role = "sync";
    view.nodes[replica].role = "replica";
    view.nodes[primary].streaming = {sync, replica};
  };
  lead("postgres-2", "postgres-3", "postgres-1");
  std::vector<int64_t> asked_since_ns;
  bool served = false;
  ActionContext context{stack, [&] { return view; }};
  context.not_served = [&](int64_t since_ns) {
    asked_since_ns.push_back(since_ns);
    return served ? std::vector<std::string>() : std::vector<std::string>{"bet"};
  };
  const auto action = find_action("lead_back")->make({"lead_back"});
  ASSERT_TRUE(action->give(context));
  EXPECT_NE(patroni.request().find("postgres-3"), std::string::npos);
  EXPECT_TRUE(asked_since_ns.empty()) << "of what was before, nobody asks";
  lead("postgres-3", "postgres-1", "postgres-2");
  EXPECT_FALSE(*action->seen(context));
  ASSERT_EQ(asked_since_ns.size(), 1u);
  EXPECT_GT(asked_since_ns[0], 0);
  served = true;
  lead("postgres-1", "postgres-2", "postgres-3");
  EXPECT_TRUE(*action->seen(context));
}

}  // namespace
}  // namespace rehearse
