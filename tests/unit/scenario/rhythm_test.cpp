#include "scenario/rhythm.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

std::vector<std::string> rhythm_errors(const std::string& text) {
  std::vector<std::string> lines;
  const auto rhythm = parse_rhythm("r.yaml", text, {"ci", "monthly"});
  if (rhythm) return lines;
  for (const Diagnostic& diagnostic : rhythm.error()) lines.push_back(to_string(diagnostic));
  return lines;
}

TEST(Rhythm, SaysWhichSuiteIsDueHowOften) {
  const auto rhythm = parse_rhythm(
      "r.yaml", "rhythm:\n  - {suite: ci, every: day}\n  - {suite: monthly, every: month}\n",
      {"ci", "monthly"});
  ASSERT_TRUE(rhythm) << to_string(rhythm.error()[0]);
  ASSERT_EQ(rhythm->size(), 2u);
  EXPECT_EQ(rhythm->at(1).suite, "monthly");
  EXPECT_EQ(rhythm->at(1).every, Every::month);
}

TEST(Rhythm, EveryMistakeIsNamedWithItsPlace) {
  EXPECT_EQ(rhythm_errors("rhythm:\n  - {suite: c, every: fortnight}\n  - {suite: ci, every: day}\n"
                          "  - {suite: ci, every: month}\n"),
            (std::vector<std::string>{
                "r.yaml:2:13: unknown suite `c` (there are: ci, monthly)",
                "r.yaml:2:23: unknown every `fortnight` (there are: day, month, quarter)",
                "r.yaml:4:13: `ci` is named twice"}));
  EXPECT_EQ(rhythm_errors(""), std::vector<std::string>{"r.yaml:1:1: the file is empty"});
}

TEST(Rhythm, PeriodsFollowEachOtherOverTheEndOfAYear) {
  const auto number = [](Every every, const char* utc) { return *period_of(every, utc); };
  EXPECT_EQ(number(Every::month, "2027-01-01T00:00:00Z"), number(Every::month, "2026-12-31") + 1);
  EXPECT_EQ(number(Every::quarter, "2027-01-01"), number(Every::quarter, "2026-12-31") + 1);
  EXPECT_EQ(number(Every::quarter, "2026-10-01"), number(Every::quarter, "2026-12-31"));
  EXPECT_EQ(number(Every::quarter, "2026-09-30"), number(Every::quarter, "2026-10-01") - 1);
  EXPECT_EQ(number(Every::day, "2026-03-01"), number(Every::day, "2026-02-28") + 1);
  EXPECT_FALSE(period_of(Every::day, "2026-02-30"));
  EXPECT_FALSE(period_of(Every::month, ""));
}

}  // namespace
}  // namespace rehearse
