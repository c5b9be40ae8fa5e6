#include "engine/suite_play.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace rehearse {
namespace {

using Lines = std::vector<std::string>;

// Plays along and writes down what it was asked for.
class SuitePlayTest : public testing::Test {
 protected:
  Lines log_;
  std::set<size_t> failing_resets_, failing_rehearsals_;
  bool take_down_works_ = true;
  size_t cancel_in_ = 1000, cancel_in_reset_of_ = 1000;
  bool cancelled_ = false;

  SuiteHands hands() {
    SuiteHands hands;
    hands.begin = [](size_t, size_t) {};
    hands.rehearse = [this](size_t item, const StackUse& use) -> Status {
      log_.push_back(fmt::format("play {}{}{}", item, use.reuse ? " reusing" : "",
                                 use.shared ? " shared" : ""));
      if (item == cancel_in_) cancelled_ = true;
      if (failing_rehearsals_.contains(item)) return fail(ExitCode::machine, "no memory");
      return {};
    };
    hands.reset = [this](size_t item) -> Result<double> {
      log_.push_back(fmt::format("reset for {}", item));
      if (item == cancel_in_reset_of_) cancelled_ = true;
      if (failing_resets_.contains(item)) return fail(ExitCode::machine, "left behind: a cut");
      return 8000.0;
    };
    hands.take_down = [this]() -> Status {
      log_.push_back("down");
      if (take_down_works_) return {};
      return fail(ExitCode::machine, "podman is stuck");
    };
    hands.ended = [this](size_t item, const Status& played, double, const std::string& note) {
      log_.push_back(fmt::format("ended {} {}{}{}", item, played ? "well" : played.error().message,
                                 note.empty() ? "" : " ", note));
    };
    hands.not_run = [this](size_t item, const Error& why) {
      log_.push_back(fmt::format("not run {} ({})", item, static_cast<int>(why.code)));
    };
    hands.cancelled = [this] { return cancelled_; };
    return hands;
  }

  static std::vector<SuiteItem> items(const Lines& stacks) {
    std::vector<SuiteItem> items;
    for (const auto& stack : stacks) items.push_back({"ci/x", stack, {}});
    return items;
  }
};

TEST_F(SuitePlayTest, ScenariosOfOneStackShareItAndResetItInBetween) {
  EXPECT_TRUE(play_suite(items({"a", "a", "a"}), hands()));
  EXPECT_EQ(log_, (Lines{"play 0 shared", "ended 0 well", "reset for 1", "play 1 reusing shared",
                         "ended 1 well", "reset for 2", "play 2 reusing", "ended 2 well", "down"}));
}

TEST_F(SuitePlayTest, OtherStacksAndOtherSettingsGetTheirOwn) {
  auto list = items({"a", "b", "a"});
  EXPECT_EQ(suite_order(list), (std::vector<size_t>{0, 2, 1}));
  list[2].settings["postgres.profile"] = "fast";
  EXPECT_EQ(suite_order(list), (std::vector<size_t>{0, 1, 2}));
  EXPECT_TRUE(play_suite(list, hands()));
  EXPECT_EQ(log_,
            (Lines{"play 0", "ended 0 well", "play 1", "ended 1 well", "play 2", "ended 2 well"}));
}

TEST_F(SuitePlayTest, AStackThatCannotBeResetIsReplacedAndTheNoteSaysWhy) {
  failing_resets_ = {1};
  EXPECT_TRUE(play_suite(items({"a", "a"}), hands()));
  EXPECT_EQ(log_, (Lines{"play 0 shared", "ended 0 well", "reset for 1", "down", "play 1",
                         "ended 1 well on a fresh stack: left behind: a cut"}));
}

TEST_F(SuitePlayTest, AnErrorCostsTheStackButNotTheRestOfTheSuite) {
  failing_rehearsals_ = {0, 2};
  EXPECT_TRUE(play_suite(items({"a", "a", "a"}), hands()));
  EXPECT_EQ(log_,
            (Lines{"play 0 shared", "ended 0 no memory", "down", "play 1 shared", "ended 1 well",
                   "reset for 2", "play 2 reusing", "ended 2 no memory", "down"}));
}

TEST_F(SuitePlayTest, AnInterruptionEndsItAndTheRestIsReported) {
  cancel_in_ = 0;
  EXPECT_TRUE(play_suite(items({"a", "a", "b"}), hands()));
  EXPECT_EQ(log_,
            (Lines{"play 0 shared", "ended 0 well", "not run 1 (130)", "not run 2 (130)", "down"}));
}

TEST_F(SuitePlayTest, AnInterruptionWithinAResetRaisesNothingNew) {
  cancel_in_reset_of_ = 1;
  failing_resets_ = {1};
  EXPECT_TRUE(play_suite(items({"a", "a"}), hands()));
  EXPECT_EQ(log_,
            (Lines{"play 0 shared", "ended 0 well", "reset for 1", "not run 1 (130)", "down"}));
}

TEST_F(SuitePlayTest, WithoutTakingDownNothingMoreIsRaised) {
  take_down_works_ = false;
  failing_resets_ = {1};
  const Status played = play_suite(items({"a", "a", "b"}), hands());
  ASSERT_FALSE(played);
  EXPECT_EQ(played.error().message, "podman is stuck");
  EXPECT_EQ(log_, (Lines{"play 0 shared", "ended 0 well", "reset for 1", "down",
                         "ended 1 podman is stuck on a fresh stack: left behind: a cut",
                         "not run 2 (69)", "down"}));
}

}  // namespace
}  // namespace rehearse
