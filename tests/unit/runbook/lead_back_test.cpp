// The shipped stack, of which nobody answers.
#include <gtest/gtest.h>

#include "runbook/action.hpp"

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

}  // namespace
}  // namespace rehearse
