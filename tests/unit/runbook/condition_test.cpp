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

TEST(Condition, ServedIsWhatPlayersFeltSince) {
  const Stack stack;
  std::vector<std::string> kinds = {"bet", "payout"};
  int64_t asked_ns = 0;
  ActionContext context{stack, {}};
  context.not_served = [&](int64_t since_ns) {
    asked_ns = since_ns;
    return kinds;
  };
  const Condition& served = *find_condition("players_served");
  EXPECT_EQ(served.missing(context, {}, 10), "players are not served as before: bet, payout");
  EXPECT_EQ(asked_ns, 10);
  kinds.clear();
  EXPECT_EQ(served.missing(context, {}, 10), std::nullopt);
}

}  // namespace
}  // namespace rehearse
