#include "runbook/condition.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

// Nobody ever looks at the node where players come from: it has no container.
TEST(Condition, WholeIsWhatCanBeLookedAt) {
  const auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
  ASSERT_TRUE(file) << file.error().message;
  const Stack stack = *make_stack(*file, {});
  StackView view;
  for (const Node& node : stack.nodes)
    if (stack.has_container(node)) view.nodes[node.name].seen_ns = 10;
  ASSERT_FALSE(view.nodes.contains("players"));
  const ActionContext context{stack, [&] { return view; }};
  const Condition& whole = *find_condition("stack_whole");
  EXPECT_EQ(whole.missing(context, {}, 10), "etcd-1 is not healthy");
  EXPECT_EQ(whole.missing(context, {}, 11), "etcd-1 was not looked at since");
}

}  // namespace
}  // namespace rehearse
