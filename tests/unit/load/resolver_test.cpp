// Resolvers against name servers of this process.
#include "load/resolver.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

class ResolverTest : public testing::Test {
 protected:
  ResolverTest()
      : resolver_({"", {{"a", 53}, {"b", 53}}, "play", 2},
                  [this](const Endpoint& server, const std::string&) { return told(server); }) {}

  Result<DnsAnswer> told(const Endpoint& server) {
    const std::lock_guard lock(mutex_);
    ++asked_[server.address];
    const auto found = answers_.find(server.address);
    if (found == answers_.end()) return fail(ExitCode::machine, "no answer");
    return found->second;
  }

  void answer(const std::string& server, DnsAnswer answer) {
    const std::lock_guard lock(mutex_);
    answers_[server] = std::move(answer);
  }
  void fall_silent() {
    const std::lock_guard lock(mutex_);
    answers_.clear();
  }
  int asked(const std::string& server) {
    const std::lock_guard lock(mutex_);
    return asked_[server];
  }
  bool becomes(size_t player, const std::vector<std::string>& wanted) const {
    return test::soon([&] { return resolver_.addresses(player) == wanted; });
  }

  std::mutex mutex_;
  std::map<std::string, DnsAnswer> answers_;
  std::map<std::string, int> asked_;
  Resolver resolver_;  // last: its thread asks the others
};

TEST_F(ResolverTest, RemembersUntilTheTtlEndsAndThenAsksAgain) {
  answer("a", {0, {"10.0.0.1"}, 1});
  answer("b", {0, {"10.0.0.1"}, 1});
  ASSERT_TRUE(resolver_.begin());
  answer("a", {0, {"10.0.0.2"}, 1});
  answer("b", {0, {"10.0.0.2"}, 1});
  EXPECT_EQ(resolver_.addresses(0), std::vector<std::string>{"10.0.0.1"});
  EXPECT_TRUE(becomes(0, {"10.0.0.2"}));
  EXPECT_TRUE(becomes(1, {"10.0.0.2"}));
}

TEST_F(ResolverTest, EachResolverBeginsWithAnotherServerAndGoesOnToTheNext) {
  answer("b", {0, {"10.0.0.1"}, 100});
  ASSERT_TRUE(resolver_.begin());
  EXPECT_EQ(asked("a"), 1);
  EXPECT_EQ(asked("b"), 2);
  answer("a", {2, {}, 0});
  EXPECT_EQ(resolver_.addresses(1), std::vector<std::string>{"10.0.0.1"});
}

TEST_F(ResolverTest, ANameWithoutAnAnswerLeadsNowhereOnceItHasExpired) {
  answer("a", {0, {"10.0.0.1"}, 1});
  ASSERT_TRUE(resolver_.begin());
  fall_silent();
  EXPECT_TRUE(becomes(0, {}));
  answer("b", {0, {"10.0.0.3"}, 1});
  EXPECT_TRUE(becomes(0, {"10.0.0.3"}));
}

TEST_F(ResolverTest, DoesNotBeginWithoutAnAnswer) {
  answer("a", {2, {}, 0});
  answer("b", {0, {}, 2});
  const auto begun = resolver_.begin();
  ASSERT_FALSE(begun);
  EXPECT_NE(begun.error().message.find("play"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
