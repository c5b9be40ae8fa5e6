// --set KEY=VALUE: what it changes, and that it obeys the rules of the file.
#include <gtest/gtest.h>

#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

Scenario set(const std::vector<std::string>& overrides) {
  const auto scenario = parse(good_text, overrides);
  EXPECT_TRUE(scenario.has_value()) << to_string(scenario.error()[0]);
  return scenario.value_or(Scenario());
}

std::string first(const std::vector<std::string>& overrides) {
  return first_error(good_text, overrides);
}

TEST(ScenarioOverrides, ReplaceAndAdd) {
  EXPECT_EQ(set({"seed=9"}).seed, 9u);
  EXPECT_EQ(set({"seed=9", "seed=10"}).seed, 10u);  // in order
  EXPECT_EQ(set({"load.rate=0.5/s"}).steps[0].rate_per_s, 0.5);
  EXPECT_EQ(set({"targets.rto.bet=30s"}).targets.rto_ms.at("bet"), 30'000);
  EXPECT_EQ(set({"timeline.0.for=20s"}).timeline[0].for_ms, 20'000);
  EXPECT_EQ(set({"timeline.0.zone=[az-1, az-2]"}).timeline[0].params.size(), 1u);
  EXPECT_EQ(set({"timeline.0.zone.of=postgres.sync"}).timeline[0].id, "az");
  EXPECT_EQ(set({"timeline=[{at: 1s, fault: noop}]"}).timeline.size(), 1u);
  EXPECT_EQ(set({"title=Is a = b?"}).title, "Is a = b?");
  EXPECT_EQ(set({"expect={fail: [reads_fresh]}"}).expect_fail.size(), 1u);
}

TEST(ScenarioOverrides, StackSetHasDottedKeys) {
  EXPECT_EQ(set({"stack_set.postgres.profile=fast"}).stack_set,
            (std::map<std::string, std::string>{{"postgres.profile", "fast"}}));
  EXPECT_EQ(set({"stack_set={postgres.note: x}"}).stack_set.size(), 1u);
}

TEST(ScenarioOverrides, ShowInTheScenarioAsRun) {
  const auto scenario = set({"load.rate=33/s", "timeline.0.for=21s"});
  EXPECT_NE(scenario.as_run_yaml.find("rate: 33/s"), std::string::npos);
  EXPECT_NE(scenario.as_run_yaml.find("for: 21s"), std::string::npos);
}

TEST(ScenarioOverrides, MistakesNameTheOverride) {
  EXPECT_EQ(first({"seed"}), "--set:1:1: `seed` is not KEY=VALUE");
  EXPECT_EQ(first({"seed=1", "=1"}), "--set:2:1: a part of the key `` is empty");
  EXPECT_EQ(first({"load..rate=1"}), "--set:1:6: a part of the key `load..rate` is empty");
  EXPECT_EQ(first({"sed=1"}), "--set:1:1: unknown key in `scenario`: `sed`, did you mean `seed`?");
  EXPECT_EQ(first({"seed="}),
            "--set:1:6: `seed` must be a whole number from 0 to "
            "9007199254740991, not empty");
  EXPECT_EQ(first({"load.rate=fast"}), "--set:1:11: `rate` must be a rate (150/s), not `fast`");
  EXPECT_EQ(first({"load.rat=1/s"}),
            "--set:1:6: unknown key in `load`: `rat`, did you mean `rate`?");
}

TEST(ScenarioOverrides, MistakesOnTheWay) {
  EXPECT_EQ(first({"title.x=1"}), "--set:1:7: `title` is a value: it has no `x`");
  EXPECT_EQ(first({"timeline.2.for=1s"}),
            "--set:1:10: `timeline` is a list of 2: `2` is not one of 0 to 1");
  EXPECT_EQ(first({"timeline.first.for=1s"}),
            "--set:1:10: `timeline` is a list of 2: `first` is not one of 0 to 1");
  EXPECT_EQ(first({"seed=[1"}),
            "--set:1:6: YAML: end of sequence flow not found "
            "(a [ is never closed)");
  EXPECT_EQ(first({"seed=*a"}), "--set:1:6: YAML: the referenced anchor is not defined");
  EXPECT_EQ(first({"seed=1\nx=2"}), "--set:1:1: `seed=1?x=2` is not KEY=VALUE");
  EXPECT_EQ(first({"phases.observe=20s"}),
            "x.yaml:8:75: lasts until 40s but observation ends at 20s");
  EXPECT_EQ(first({"stack_set.postgres.profile=slow"}),
            "--set:1:28: unknown postgres.profile `slow` (there are: fast, stock-safe)");
}

}  // namespace
}  // namespace rehearse::scenario_test
