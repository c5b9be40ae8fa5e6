#include "platform/reset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ranges>

#include "../runtime/fake_runtime.hpp"
#include "base/clock.hpp"
#include "platform/platform.hpp"

namespace rehearse {
namespace {

using Lines = std::vector<std::string>;

// The shipped stack on a machine that plays along; nothing here has a network.
class ResetTest : public testing::Test {
 protected:
  ResetTest() {
    auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
    EXPECT_TRUE(file) << file.error().message;
    stack_ = *make_stack(*file, {});
    for (const auto& node : stack_.nodes)
      if (stack_.has_container(node)) runtime_.nodes[node.name] = {true, true};
    for (auto& component : stack_.file.components) component.party.clear();  // nobody to be asked
    stack_.file.consumer_component.clear();
    hands_.wipe_sql = [this](int64_t) { return step("sql"); };
    hands_.delete_topics = [this](int64_t) { return step("topics"); };
    hands_.wait_whole = [this](int64_t since_ns, int64_t) {
      EXPECT_GE(since_ns, began_ns_);
      return step("whole");
    };
    hands_.restore_roles = [this](int64_t) { return step("roles"); };
    hands_.prove_unused = [this](int64_t) { return step("unused"); };
  }

  // What was done to the machine; looks at the databases' sessions are no deeds.
  Lines deeds() {
    Lines deeds = runtime_.calls;
    std::erase_if(deeds, [](const std::string& call) { return call.starts_with("exec "); });
    return deeds;
  }
  Status step(const std::string& name) {
    runtime_.calls.push_back(name);
    if (name == failing_) return fail(ExitCode::machine, name + " failed");
    return {};
  }
  Status reset(int64_t deadline_ms = 5000) {
    return reset_platform(stack_, runtime_, hands_, monotonic_ns() + deadline_ms * ns_per_ms,
                          [this] { return cancelled_; });
  }

  FakeRuntime runtime_;
  Stack stack_;
  ResetHands hands_;
  std::string failing_;
  bool cancelled_ = false;
  int64_t began_ns_ = monotonic_ns();
};

TEST_F(ResetTest, WritersDieBeforeTheirBooksAreWipedAndComeBackBeforeAnythingIsProved) {
  const Status done = reset();
  ASSERT_TRUE(done) << done.error().message;
  const ResetEntry& entry = *stack_.file.reset;
  Lines calls = {"kill", "sql", "topics"}, started;
  for (const auto& component : entry.data)
    for (const auto* node : stack_.of_component(component)) calls.push_back("wipe " + node->name);
  for (const char* call : {"roles", "start", "whole", "unused", "whole"}) calls.emplace_back(call);
  for (const auto& component : std::views::reverse(entry.stop))
    for (const auto* node : stack_.of_component(component)) started.push_back(node->name);
  EXPECT_EQ(deeds(), calls);
  EXPECT_EQ(runtime_.started, started);
  EXPECT_EQ(started.back(),
            "consumer-2");  // the shipped one: writers of books come after the books
}

TEST_F(ResetTest, ResidueSpoilsTheStackAndNothingIsTouched) {
  runtime_.cut_nodes = {"wallet-2"};
  const Status done = reset();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "left behind: wallet-2 is still cut off");
  EXPECT_TRUE(deeds().empty());
}

TEST_F(ResetTest, ANamespaceWithoutAContainerCanBeLeftBehindToo) {
  runtime_.delayed["players"] = {};
  const Status done = reset();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "left behind: what players sends is still delayed");
}

TEST_F(ResetTest, ANodeThatIsDownIsResidueToo) {
  runtime_.nodes["kafka-3"].running = false;
  ASSERT_FALSE(reset());
  EXPECT_TRUE(deeds().empty());
}

TEST_F(ResetTest, EachFailingStepEndsIt) {
  for (const char* name : {"sql", "topics", "whole", "unused"}) {
    failing_ = name;
    runtime_.calls.clear();
    const Status done = reset();
    ASSERT_FALSE(done) << name;
    EXPECT_EQ(done.error().message, failing_ + " failed");
    EXPECT_EQ(deeds().back(), name);
    for (auto& [node, state] : runtime_.nodes) state.running = true;
  }
}

TEST_F(ResetTest, NothingIsWipedUnderALivingWriter) {
  runtime_.kills_work = false;
  const Status done = reset(20);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, testing::HasSubstr("does not die"));
  EXPECT_EQ(deeds(), Lines{"kill"});
}

TEST_F(ResetTest, AnInterruptionIsNoFailure) {
  cancelled_ = true;
  const Status done = reset();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ExitCode::interrupted);
}

TEST_F(ResetTest, AStackWithoutTheSectionCannotBeReset) {
  stack_.file.reset.reset();
  const Status done = reset();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, testing::HasSubstr("says nothing of `reset`"));
}

}  // namespace
}  // namespace rehearse
