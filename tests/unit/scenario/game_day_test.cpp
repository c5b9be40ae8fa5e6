#include "scenario/game_day.hpp"

#include <gtest/gtest.h>

#include "scenario/suite.hpp"

namespace rehearse {
namespace {

constexpr const char* before_day = "suite: x\ntitle: T\nscenarios: [ci/baseline]\n";

std::expected<Suite, std::vector<Diagnostic>> suite_with(const std::string& day) {
  return parse_suite({"x.yaml", before_day + day, {"ci/baseline"}, false});
}

TEST(GameDay, IsReadAsItStands) {
  const auto suite = suite_with(
      "game_day:\n  roles: {master: stops it, dba: looks}\n  preflight: [a]\n"
      "  agenda: [{at: 0m, what: b}, {at: 15m, what: c}]\n  abort: [d]\n"
      "  notify: [{when: e, whom: f, what: g}]\n");
  ASSERT_TRUE(suite) << to_string(suite.error()[0]);
  ASSERT_TRUE(suite->game_day);
  EXPECT_EQ(suite->game_day->roles[0], (std::pair<std::string, std::string>("master", "stops it")));
  EXPECT_EQ(suite->game_day->agenda[1].at_ms, 900'000);
  EXPECT_EQ(suite->game_day->abort, std::vector<std::string>{"d"});
  EXPECT_EQ(suite->game_day->notify[0].whom, "f");
  EXPECT_FALSE(suite_with("")->game_day);
}

TEST(GameDay, EveryMistakeIsNamedWithItsPlace) {
  const auto suite = suite_with(
      "game_day:\n  roles: {master: x}\n  agenda: [{at: 5m, what: b}, {at: 1m, what: c}]\n"
      "  abort: []\n  notify: [{when: e, what: g}]\n");
  ASSERT_FALSE(suite);
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : suite.error()) lines.push_back(to_string(diagnostic));
  EXPECT_EQ(lines, (std::vector<std::string>{"x.yaml:5:3: `game_day` lacks the key `preflight`",
                                             "x.yaml:6:31: the agenda goes back in time",
                                             "x.yaml:7:10: `abort` is an empty list",
                                             "x.yaml:8:12: `notify` lacks the key `whom`"}));
}

}  // namespace
}  // namespace rehearse
