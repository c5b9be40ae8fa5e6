// The gate of every change proves what the stack can be asked for, though its scenarios raise parts
// of it only.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "checks/check.hpp"
#include "cli/cli.hpp"

namespace rehearse {
namespace {

bool gives(const std::set<std::string>& capabilities, std::string_view needs) {
  std::istringstream words{std::string(needs)};
  for (std::string word; words >> word;)
    if (!capabilities.contains(word)) return false;
  return true;
}

TEST(Gate, ItsScenariosTogetherAskEveryCheckOfTheWholeStackWhileSomethingIsBroken) {
  const Places places{REHEARSE_SOURCE_DIR, "", ""};
  const auto suite = load_suite(places, "ci");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(suite->scenarios.size(), 10u);
  std::set<std::string> asked;
  for (const auto& name : suite->scenarios) {
    const auto scenario = load_scenario(places, name, {});
    ASSERT_TRUE(scenario) << scenario.error().message;
    const auto stack = load_stack(places, scenario->stack, scenario->parts);
    ASSERT_TRUE(stack) << stack.error().message;
    EXPECT_TRUE(scenario->checks.empty()) << name << " leaves checks out";
    const bool breaks = std::ranges::any_of(
        scenario->timeline, [](const TimelineEntry& entry) { return entry.fault != "noop"; });
    for (const auto& check : all_checks())
      if (breaks && gives(stack->capabilities, check.needs)) asked.emplace(check.name);
  }
  const auto whole = load_stack(places, "one-region");
  ASSERT_TRUE(whole) << whole.error().message;
  for (const auto& check : all_checks())
    if (gives(whole->capabilities, check.needs)) {
      EXPECT_TRUE(asked.contains(std::string(check.name))) << check.name;
    }
}

TEST(Scenarios, MayAskForWhatIsRaisedOnRequest) {
  const Places places{REHEARSE_SOURCE_DIR, "", ""};
  const auto scenario = load_scenario(places, "canary/backup-corrupt", {});
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->parts, (std::vector<std::string>{"core", "backups"}));
}

}  // namespace
}  // namespace rehearse
