#include "scenario/suite.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

const std::string good_suite =
    "suite: x\n"
    "title: What must hold\n"
    "scenarios: [ci/baseline, ci/zone-loss]\n";

std::expected<Suite, std::vector<Diagnostic>> suite_of(const std::string& text) {
  return parse_suite({"x.yaml", text, {"ci/baseline", "ci/zone-loss", "canary/double-payout"}});
}

std::vector<std::string> suite_errors(const std::string& text) {
  std::vector<std::string> lines;
  const auto suite = suite_of(text);
  if (suite) return lines;
  for (const Diagnostic& diagnostic : suite.error()) lines.push_back(to_string(diagnostic));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(SuiteFile, ListsItsScenariosInTheirOrder) {
  const auto suite = suite_of(good_suite);
  ASSERT_TRUE(suite) << to_string(suite.error()[0]);
  EXPECT_EQ(suite->name, "x");
  EXPECT_EQ(suite->title, "What must hold");
  EXPECT_EQ(suite->scenarios, (Lines{"ci/baseline", "ci/zone-loss"}));
}

TEST(SuiteFile, EveryMistakeIsNamedWithItsPlace) {
  EXPECT_EQ(suite_errors("suite: x\ntitel: T\nscenarios:\n  - ci/baseline\n  - ci/zone-los\n"
                         "  - ci/baseline\n  - 7\n"),
            (Lines{"x.yaml:2:1: unknown key in `suite`: `titel`, did you mean `title`?",
                   "x.yaml:5:5: unknown scenario `ci/zone-los`, did you mean `ci/zone-loss`?",
                   "x.yaml:6:5: `ci/baseline` is named twice",
                   "x.yaml:7:5: unknown scenario `7` (there are: ci/baseline, ci/zone-loss, "
                   "canary/double-payout)"}));
  EXPECT_EQ(suite_errors("suite: y\ntitle: T\nscenarios: []\n"),
            (Lines{"x.yaml:1:8: the suite `y` is in the file `x.yaml`: it must be y.yaml",
                   "x.yaml:3:12: `scenarios` is an empty list"}));
  EXPECT_EQ(suite_errors("suite: X Y\ntitle: T\nscenarios: ci/baseline\n"),
            (Lines{"x.yaml:1:8: the name `X Y` may have lower-case letters, digits, - and _ only, "
                   "up to 64",
                   "x.yaml:3:12: `scenarios` must be a list, not `ci/baseline`"}));
  EXPECT_EQ(suite_errors("suite: x\n"), (Lines{"x.yaml:1:1: `suite` lacks the key `title`",
                                               "x.yaml:1:1: `suite` lacks the key `scenarios`"}));
  EXPECT_EQ(suite_errors(""), Lines{"x.yaml:1:1: the file is empty"});
}

TEST(SuiteFile, IsToldFromAScenarioByItsKey) {
  EXPECT_TRUE(is_suite(good_suite));
  EXPECT_FALSE(is_suite(good_text));
  EXPECT_FALSE(is_suite("suite: [never closed"));
  EXPECT_FALSE(is_suite(""));
}

TEST(SuiteFile, TheShippedOnesAreValid) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(REHEARSE_SOURCE_DIR) / "scenarios";
  std::vector<std::string> known;
  for (const auto& file : fs::recursive_directory_iterator(root))
    known.push_back(fs::relative(file.path(), root).replace_extension().string());
  int suites = 0;
  for (const auto& file : fs::directory_iterator(root / "suites")) {
    const auto suite =
        parse_suite({file.path().string(),
                     read_source("scenarios/suites/" + file.path().filename().string()), known});
    EXPECT_TRUE(suite) << to_string(suite.error()[0]);
    ++suites;
  }
  EXPECT_GT(suites, 0);
}

}  // namespace
}  // namespace rehearse::scenario_test
