// Profiles as they are written: what is read, every mistake with its place, and texts that nobody
// would write.
#include "scenario/profile.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

namespace rehearse {
namespace {

const std::string good =
    "profile: evening\n"                            // 1
    "title: A busy one\n"                           // 2
    "arrivals: {bet: 50%, spin: 10%}\n"             // 3
    "follow_ups: {win: 40%, rollback: 2%}\n"        // 4
    "settle_after: 2s\n"                            // 5
    "resent: 3%\n"                                  // 6
    "methods: {deposit: {card: 75%, bank: 25%}}\n"  // 7
    "networks: {trc20: 100%}\n"                     // 8
    "steps:\n"                                      // 9
    "  - {for: 10s, load: 30%}\n"                   // 10
    "  - {for: 2s, load: 100%, ramp: true}\n";      // 11

auto parse(const std::string& text) {
  return parse_profile({"p/evening.yaml",
                        text,
                        {"bet", "spin", "balance"},
                        {"win", "rollback", "cancel"},
                        {"card", "bank"},
                        {"trc20"}});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string first_problem(const std::string& text) {
  const auto profile = parse(text);
  return profile ? "" : to_string(profile.error().front());
}

TEST(Profile, IsRead) {
  const auto profile = parse(good);
  ASSERT_TRUE(profile) << to_string(profile.error().front());
  EXPECT_EQ(profile->name, "evening");
  EXPECT_EQ(profile->arrivals, (NamedShares{{"bet", 0.5}, {"spin", 0.1}}));
  EXPECT_EQ(profile->follow_ups, (NamedShares{{"win", 0.4}, {"rollback", 0.02}}));
  EXPECT_EQ(profile->settle_after_ms, 2'000);
  EXPECT_DOUBLE_EQ(profile->resent_share, 0.03);
  EXPECT_EQ(profile->deposit_methods, (NamedShares{{"card", 0.75}, {"bank", 0.25}}));
  EXPECT_TRUE(profile->payout_methods.empty());
  ASSERT_EQ(profile->steps.size(), 2u);
  EXPECT_EQ(profile->steps[1].for_ms, 2'000);
  EXPECT_TRUE(profile->steps[1].ramp);
}

TEST(Profile, EveryMistakeHasItsPlace) {
  const struct {
    const char *from, *to, *problem;
  } cases[] = {
      {"spin", "spn", "p/evening.yaml:3:22: unknown behaviour `spn`, did you mean `spin`?"},
      {"rollback:", "rolback:",
       "p/evening.yaml:4:24: unknown follow-up `rolback`, did you mean "
       "`rollback`?"},
      {"card", "crd", "p/evening.yaml:7:21: unknown method `crd`, did you mean `card`?"},
      {"trc20", "trc2", "p/evening.yaml:8:12: unknown network `trc2`, did you mean `trc20`?"},
      {"resent", "resend",
       "p/evening.yaml:6:1: unknown key in `profile`: `resend`, did you mean `resent`?"},
      {"50%", "50", "p/evening.yaml:3:17: "},
      {"2s, load", "2, load", "p/evening.yaml:11:11: "},
      {"win: 40%", "win: 99%", "p/evening.yaml:4:13: a bet is followed by one of them at most"},
      {"title: A busy one\n", "", "p/evening.yaml:1:1: `profile` lacks the key `title`"},
      {"profile: evening", "profile: morning", "p/evening.yaml:1:10: "},
      {"{bet: 50%, spin: 10%}", "{bet: 0%}", "p/evening.yaml:3:11: `arrivals` names nothing"},
  };
  for (const auto& one : cases) {
    const std::string problem = first_problem(replaced(good, one.from, one.to));
    EXPECT_TRUE(problem.starts_with(one.problem)) << one.from << ": " << problem;
  }
  EXPECT_EQ(first_problem(""), "p/evening.yaml:1:1: the file is empty");
}

TEST(Profile, IsToldFromScenariosAndSuites) {
  EXPECT_TRUE(is_profile(good));
  EXPECT_FALSE(is_profile("scenario: x\nprofile: y\n"));
  EXPECT_FALSE(is_profile("suite: x\n"));
  EXPECT_FALSE(is_profile("{"));
}

// Whatever is done to the text, it is read or refused, with a place that is in it.
TEST(Profile, AnyTextIsReadOrRefused) {
  std::mt19937_64 random(7);
  const std::string pieces[] = {"{",  "}",   ": ",  "%",    "\n",   "- ", "\"",
                                "&a", "*a",  "9e9", "\xff", "100%", "  ", "#",
                                "'",  "bet", "~",   "[",    "]",    "\t", "!x"};
  int read = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = good;
    for (uint64_t n = random() % 4 + 1; n > 0; --n) {
      const size_t at = random() % (text.size() + 1);
      if (random() % 2 == 0) {
        text.insert(at, pieces[random() % std::size(pieces)]);
      } else {
        text.erase(at, random() % 5);
      }
    }
    const auto profile = parse(text);
    read += profile ? 1 : 0;
    if (profile) continue;
    ASSERT_FALSE(profile.error().empty());
    for (const auto& diagnostic : profile.error()) {
      ASSERT_LE(diagnostic.line, std::ranges::count(text, '\n') + 2) << text;
      ASSERT_FALSE(diagnostic.message.empty());
    }
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace rehearse
