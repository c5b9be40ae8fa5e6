// The scans that need to know the platform: orders that somebody obeys, sessions on the database.
#include "platform/residue.hpp"

#include <gtest/gtest.h>

#include "tests/unit/fixtures/casino/psp/provider.hpp"
#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse {
namespace {

using Lines = std::vector<std::string>;

// The shipped stack, all well; psp-a is a provider of this process, the only one to be asked.
class ResidueTest : public testing::Test {
 protected:
  ResidueTest()
      : stack_(*make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml"),
                           {})) {
    std::erase_if(stack_.nodes, [](const Node& node) { return node.name == "psp-b"; });
    stack_.file.consumer_component.clear();
    for (auto& component : stack_.file.components)
      if (component.name == "psp")
        component.port = provider_.endpoint().port;
      else
        component.party.clear();
    for (const auto& node : stack_.nodes)
      if (stack_.has_container(node)) runtime_.nodes[node.name] = {true, true};
    runtime_.addresses["psp-a"] = "127.0.0.1";
    runtime_.exec_answer = "0\n";
  }
  Lines residue() { return residue_of(runtime_, stack_).value(); }

  casino::test::Provider provider_;
  Stack stack_;
  FakeRuntime runtime_;
};

TEST_F(ResidueTest, NothingIsLeftWhereAllIsWell) {
  EXPECT_EQ(residue(), Lines{});
}

TEST_F(ResidueTest, AnOrderThatIsStillObeyed) {
  provider_.misbehave("drop");
  EXPECT_EQ(residue(), Lines{"psp-a obeys f"});
  provider_.behave();
  EXPECT_EQ(residue(), Lines{});
}

TEST_F(ResidueTest, WhoDoesNotRunObeysNobodyAndWhoCannotBeAskedIsAnError) {
  provider_.misbehave("drop");
  runtime_.nodes["psp-a"].running = false;
  EXPECT_EQ(residue(), Lines{"psp-a does not run"});
  runtime_.nodes["psp-a"].running = true;
  runtime_.addresses.clear();
  EXPECT_FALSE(residue_of(runtime_, stack_));
}

TEST_F(ResidueTest, SessionsOfAFault) {
  runtime_.on_exec = [](const std::string& node, const auto& argv) -> Result<std::string> {
    EXPECT_NE(argv.back().find("LIKE 'rehearse-%'"), std::string::npos);
    return node == "postgres-2" ? "8\n" : "0\n";
  };
  EXPECT_EQ(residue(), Lines{"8 sessions of a fault are left on postgres-2"});
}

TEST_F(ResidueTest, WhatIsCutDeadOrStoppedAsWell) {
  ASSERT_TRUE(runtime_.cut({"players"}, {everyone}, 1'000));
  runtime_.processes["postgres-3"] = {71, ProcessState::stopped};
  EXPECT_EQ(residue(),
            (Lines{"players is still cut off", "processes 71 of postgres-3 are still stopped"}));
}

}  // namespace
}  // namespace rehearse
