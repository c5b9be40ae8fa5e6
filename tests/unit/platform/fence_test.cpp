#include "platform/fence.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "../base/test_server.hpp"
#include "base/clock.hpp"

namespace rehearse {
namespace {

// A wallet that answers each call with the next of its bodies; the last one again and again.
class FencedWallet {
 public:
  explicit FencedWallet(std::vector<std::string> bodies) : bodies_(std::move(bodies)) {}
  uint16_t port() const { return server_.port(); }
  int calls() const { return calls_; }
  int with_token() const { return with_token_; }

 private:
  std::string answer(const std::string& request) {
    if (request.contains("Authorization: Bearer let-me\r\n")) ++with_token_;
    const size_t call = static_cast<size_t>(calls_++);
    return test::http_answer("200 OK", bodies_[std::min(call, bodies_.size() - 1)]);
  }

  const std::vector<std::string> bodies_;
  std::atomic<int> calls_ = 0, with_token_ = 0;
  test::AnsweringServer server_{[this](const std::string& request) { return answer(request); }};
};

const std::string whole = R"({"fenced":true,"epoch":3,"database":true})";
const std::string half =
    R"({"fenced":true,"epoch":3,"database":false,"why":"no member is primary"})";

// One component for each port: the same node in each.
Stack stack_of(const std::vector<uint16_t>& ports) {
  Stack stack;
  for (size_t i = 0; i < ports.size(); ++i) {
    ComponentEntry component;
    component.name = fmt::format("wallet{}", i + 1);
    component.port = ports[i];
    component.fence_path = "/control/fence";
    stack.nodes.push_back({component.name + "-1", component.name, "az-1", "127.0.0.1", 1, {}});
    stack.file.components.push_back(component);
  }
  return stack;
}
int64_t in_ms(int64_t ms) {
  return monotonic_ns() + ms * ns_per_ms;
}

TEST(Fence, AsksEveryWriterOnce) {
  const FencedWallet one({whole}), two({whole});
  EXPECT_TRUE(fence_writers(stack_of({one.port(), two.port()}), in_ms(30'000)));
  EXPECT_EQ(one.calls(), 1);
  EXPECT_EQ(two.calls(), 1);
}

TEST(Fence, ShowsTheTokenThatTheNodeWasTold) {
  const FencedWallet one({whole}), two({whole});
  auto stack = stack_of({one.port(), two.port()});
  stack.nodes[0].env["CONTROL_TOKEN"] = "let-me";
  EXPECT_TRUE(fence_writers(stack, in_ms(30'000)));
  EXPECT_EQ(one.with_token(), 1);
  EXPECT_EQ(two.with_token(), 0);
}

TEST(Fence, AComponentWithoutAFenceIsLeftAlone) {
  const FencedWallet one({whole});
  auto stack = stack_of({one.port()});
  stack.file.components[0].fence_path = "";
  EXPECT_TRUE(fence_writers(stack, in_ms(0)));
  EXPECT_EQ(one.calls(), 0);
}

// A region that was lost cannot be told, and one that only follows has no ledger of its own.
TEST(Fence, OfSeveralRegionsOnlyTheOneThatServesIs) {
  const FencedWallet one({whole}), two({half});
  auto stack = stack_of({one.port(), two.port()});
  stack.file.components[0].region = "a";
  stack.file.components[1].region = "b";
  EXPECT_TRUE(fence_writers(stack, in_ms(0), "a"));
  EXPECT_EQ(two.calls(), 0);
  EXPECT_FALSE(fence_writers(stack, in_ms(0)));
}

TEST(Fence, ThatOfTheProcessAloneIsNone) {
  const FencedWallet one({half, half, whole}), two({whole});
  EXPECT_TRUE(fence_writers(stack_of({one.port(), two.port()}), in_ms(30'000)));
  EXPECT_EQ(one.calls(), 3);
  EXPECT_EQ(two.calls(), 1);  // it needs no second call
}

TEST(Fence, GoesOnToTheOthersAndTellsAllThatFailed) {
  const test::BoundSocket nobody;
  const FencedWallet two({whole}), three({half});
  const auto fenced =
      fence_writers(stack_of({nobody.endpoint().port, two.port(), three.port()}), in_ms(0));
  ASSERT_FALSE(fenced);
  EXPECT_EQ(fenced.error().code, ExitCode::inconclusive);
  EXPECT_NE(fenced.error().message.find("wallet1-1 could not be fenced"), std::string::npos);
  EXPECT_EQ(fenced.error().message.find("wallet2-1"), std::string::npos);
  EXPECT_NE(fenced.error().message.find("wallet3-1 could not be fenced: only its process"),
            std::string::npos);
  EXPECT_EQ(two.calls(), 1);
}

TEST(Fence, GivesUpAtTheDeadline) {
  const FencedWallet one({half});
  const int64_t began_ns = monotonic_ns();
  EXPECT_FALSE(fence_writers(stack_of({one.port()}), in_ms(700)));
  EXPECT_LT(monotonic_ns() - began_ns, 60 * ns_per_s);
  EXPECT_GE(one.calls(), 1);
}

}  // namespace
}  // namespace rehearse
