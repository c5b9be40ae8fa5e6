// Mistakes in the head, load, phases and YAML itself, each by its first diagnostic: the place and
// the words.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

TEST(ScenarioErrors, NoneInTheGoodText) {
  EXPECT_EQ(errors(good_text), std::vector<std::string>());
}

TEST(ScenarioErrors, Heads) {
  expect_first({
      {"scenario: x\n", "", "1:1: `scenario` lacks the key `scenario`"},
      {"scenario: x", "scenario: y",
       "1:11: the scenario `y` is in the file `x.yaml`: it must be y.yaml"},
      {"scenario: x", "scenario: X y",
       "1:11: the name `X y` may have lower-case letters, digits, - and _ only, up to 64"},
      {"scenario: x", "scenario: [x]", "1:11: `scenario` must be text, not a list"},
      {"title: Does it hold?", "title: ''", "2:8: `title` must not be empty"},
      {"title: Does it hold?", "title:", "2:1: `title` must be text, not empty"},
      {"tier: ci", "tier: cj", "3:7: unknown tier `cj`, did you mean `ci`?"},
      {"tier: ci", "tier: daily",
       "3:7: unknown tier `daily` (there are: ci, monthly, quarterly, canary)"},
      {"tier: ci", "tier: canary", "3:7: a canary must fail: `expect` needs {fail: [checks]}"},
      {"stack: one-region", "stack: one-regio",
       "4:8: unknown stack `one-regio`, did you mean `one-region`?"},
      {"title", "titel", "2:1: unknown key in `scenario`: `titel`, did you mean `title`?"},
      {"", "sed: 7\n", "10:1: unknown key in `scenario`: `sed`, did you mean `seed`?"},
      {"", "colour: blue\n", "10:1: unknown key in `scenario`: `colour`"},
      {"", "seed: -1\n",
       "10:7: `seed` must be a whole number from 0 to 9007199254740991, not `-1`"},
      {"", "seed: 9007199254740992\n",
       "10:7: `seed` must be a whole number from 0 to 9007199254740991, not "
       "`9007199254740992`"},
      {"", "seed: '7'\n",
       "10:7: `seed` must be a whole number from 0 to 9007199254740991, not the text `7`"},
      {"", "seed: 1.5\n",
       "10:7: `seed` must be a whole number from 0 to 9007199254740991, not `1.5`"},
      {"", "seed: 007\n",
       "10:7: `seed` must be a whole number from 0 to 9007199254740991, not `007`"},
      {"", "tier: ci\n", "10:1: `tier` is given twice, first in line 3"},
      {"timeline:\n", "timeline: []\nx:\n", "7:11: `timeline` is an empty list"},
  });
}

TEST(ScenarioErrors, MorePlayersThanHaveAnAccount) {
  expect_first({
      {"players: 400", "players: 1001",
       "5:48: `players` (1001) are more than have an account (1000): set `stack_set: "
       "{wallet.players: 1001}`, or play fewer"},
  });
  EXPECT_EQ(errors(with("players: 400", "players: 1000")), std::vector<std::string>());
  EXPECT_EQ(errors(with("players: 400", "players: 5000") + "stack_set: {wallet.players: 5000}\n"),
            std::vector<std::string>());
}

TEST(ScenarioErrors, StackSet) {
  expect_first({
      {"", "stack_set: {postgres.profil: fast}\n",
       "10:13: unknown setting of the stack: `postgres.profil`, did you mean `postgres.profile`?"},
      {"", "stack_set: {postgres.profile: fsat}\n",
       "10:31: unknown postgres.profile `fsat`, did you mean `fast`?"},
      {"", "stack_set: fast\n", "10:12: `stack_set` must be a mapping, not `fast`"},
      {"", "stack_set: {postgres.note: []}\n", "10:28: `postgres.note` must be text, not a list"},
  });
}

TEST(ScenarioErrors, Load) {
  expect_first({
      {"evening", "evenin", "5:17: unknown profile `evenin`, did you mean `evening`?"},
      {"150/s", "{auto: {idle_percent: 0}}",
       "5:54: `idle_percent` must be a whole number from 1 to 90, not `0`"},
      {"150/s", "{auto: {min: 9/s, max: 9/s}}", "5:45: `min` must be below `max`"},
      {"150/s", "{atuo: {}}", "5:33: unknown key in `rate`: `atuo`, did you mean `auto`?"},
      {"150/s", "150", "5:32: `rate` must be a rate (150/s), not `150`"},
      {"150/s", "0/s", "5:32: `rate` must be above 0/s and at most 1000000/s"},
      {"150/s", "-5/s", "5:32: `rate` must not be negative: `-5/s`"},
      {"150/s", "2000000/s", "5:32: `rate` must be above 0/s and at most 1000000/s"},
      {"players: 400", "players: 0",
       "5:48: `players` must be a whole number from 1 to 4294967295, not `0`"},
      {"players: 400", "players: 4294967296",
       "5:48: `players` must be a whole number from 1 to 4294967295, not `4294967296`"},
      {"players: 400", "player: 400",
       "5:39: unknown key in `load`: `player`, did you mean `players`?"},
      {"players: 400", "steps: [{for: 1s, rate: 5/s}]",
       "5:46: both `rate` and `steps` are given: one is the load"},
      {"rate: 150/s", "steps: []", "5:33: `steps` is an empty list"},
      {"rate: 150/s", "steps: [{rate: 5/s}]", "5:34: `step` lacks the key `for`"},
      {"rate: 150/s", "steps: [{for: 0s, rate: 5/s}]", "5:40: `for` must be longer than 0"},
      {"rate: 150/s", "steps: [{for: 1s, rate: 5/s, ramp: yes}]",
       "5:61: `ramp` must be true or false, not `yes`"},
      {"load: {profile: evening, rate: 150/s, players: 400}", "load: 5",
       "5:7: `load` must be a mapping, not `5`"},
  });
}

TEST(ScenarioErrors, Phases) {
  expect_first({
      {"150s", "150", "6:32: `observe` must be a duration with a unit (250ms, 15s, 5m), not `150`"},
      {"150s", "15 minutes",
       "6:32: `observe` must be a duration with a unit (250ms, 15s, 5m), not `15 minutes`"},
      {"150s", "110s", "6:32: `observe` (110s) is shorter than the rto target of payout (120s)"},
      {"150s", "0s", "6:32: `observe` must be longer than 0"},
      {"150s", "-1s", "6:32: `observe` must not be negative: `-1s`"},
      {"150s", "400d", "6:32: `observe` must not be longer than 366d"},
      {"steady", "stedy", "6:10: unknown key in `phases`: `stedy`, did you mean `steady`?"},
      {"phases: {steady: 15s, observe: 150s, drain: 60s}\n", "targets: {rto: {bet: 121s}}\n",
       "1:1: `observe` (120s) is shorter than the rto target of bet (121s)"},
  });
}

TEST(ScenarioErrors, Yaml) {
  expect_first({
      {"", "x: [1, 2\n", "10:10: YAML: end of sequence flow not found (a [ is never closed)"},
      {"", "x: \"open\n", "10:4: this quote is never closed"},
      {"", "x: 'it''s\n", "10:4: this quote is never closed"},
      {"", "  x: 1\n", "10:3: YAML: end of map not found (check the indentation)"},
      {"", "- x\n", "10:1: YAML: end of map not found (check the indentation)"},
      {"", "---\nscenario: z\n", "10:1: a second document begins here: a scenario is one"},
      {"", "x: *a\n", "10:4: YAML: the referenced anchor is not defined"},
      {"", "x: &a 1\n", "10:4: anchors are not used here: write the value out"},
      {"", "x: !!int 1\n", "10:4: tags are not used here: remove `tag:yaml.org,2002:int`"},
      {"", "? [a]\n: 1\n", "10:3: a key must be a word"},
      {"", "x: \001\n", "10:4: control character 0x01"},
      {"", "x: \u0085\n", "10:4: control character U+0085"},
      {"", "x: a\u202Eb\n", "10:5: control character U+202E"},
      {"", "x: \377\n", "10:4: this is not UTF-8"},
      {"", "x: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n", "10:19: nested deeper than 16"},
      {"", "\t\tx: 1\n", "10:3: YAML: end of map not found (check the indentation)"},
      {"", "{a: b}\n", "10:1: YAML: end of map not found (check the indentation)"},
      {"title: Does it hold?", "title: Döös: it",
       "2:14: YAML: illegal map value (text with a colon needs quotes)"},
      {"  - {id: az", "\t- {id: az",
       "8:2: YAML: illegal block entry (check the indentation: spaces, no tabs)"},
      {"title: Does it hold?", "title: \"a\\e[31mb\"",
       "2:8: `title` must be one line of text without control characters"},
      {"title: Does it hold?", "title: \"a\\u202Eb\"",
       "2:8: `title` must be one line of text without control characters"},
      {"title: Does it hold?", "title: \"a\\x9bb\"",
       "2:8: `title` must be one line of text without control characters"},
      {"title: Does it hold?", "title: \"a\\nb\"",
       "2:8: `title` must be one line of text without control characters"},
  });
}

TEST(ScenarioErrors, WholeFiles) {
  const std::string path = "scenarios/ci/x.yaml:";
  const auto first = [](const std::string& text) {
    return first_error(text, {}, "scenarios/ci/x.yaml");
  };
  EXPECT_EQ(first(""), path + "1:1: the file is empty");
  EXPECT_EQ(first("# only a comment\n"), path + "1:1: the file is empty");
  EXPECT_EQ(first("- a\n"), path + "1:1: `scenario` must be a mapping, not a list");
  EXPECT_EQ(first("word"), path + "1:1: `scenario` must be a mapping, not `word`");
  EXPECT_EQ(first(good_text + "..."), "");
  EXPECT_EQ(first("\xEF\xBB\xBF" + good_text), "");
  EXPECT_EQ(first(std::string((1 << 20) + 1, ' ')),
            path + "1:1: 1048577 bytes long: 1048576 are allowed");
  EXPECT_EQ(first("- a\nb: 1\n"),
            path + "2:1: this does not continue what stands above: check the indentation");
}

TEST(ScenarioErrors, BytesThatAreNotUtf8) {
  for (const char* bytes : {"\xC0\xAF", "\xED\xA0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80",
                            "\xF4\x90\x80\x80", "\xF5", "\x80", "\xE2\x82"}) {
    EXPECT_EQ(first_error(with("Does", bytes)), "x.yaml:2:8: this is not UTF-8");
  }
  EXPECT_TRUE(errors(with("Does", "ü€😀")).empty());
}

TEST(ScenarioErrors, TheNameIsTheFileName) {
  const std::string message = "the scenario `x` is in the file `y.yaml`: it must be x.yaml";
  EXPECT_EQ(first_error(good_text, {}, "a/y.yaml"), "a/y.yaml:1:11: " + message);
  EXPECT_FALSE(errors(good_text, {}, "a/x.yml").empty());
  EXPECT_TRUE(errors(good_text, {}, "a/x.yaml").empty());
  EXPECT_TRUE(errors(good_text, {}, "runs/1/scenario.yaml").empty());  // as a run keeps it
}

TEST(ScenarioErrors, AllOfThemInTheOrderOfTheFile) {
  const auto found = errors(
      "scenario: x\ntitel: T\ntier: cy\nstack: one-region\nload: {rate: 5}\n"
      "timeline:\n  - {at: 5, fault: zone_los}\n  - {at: 1s, fault: noop, when: 2s}\n");
  const std::vector<std::string> expected = {
      "x.yaml:2:1: unknown key in `scenario`: `titel`, did you mean `title`?",
      "x.yaml:3:7: unknown tier `cy`, did you mean `ci`?",
      "x.yaml:5:14: `rate` must be a rate (150/s), not `5`",
      "x.yaml:7:10: `at` must be a duration with a unit (250ms, 15s, 5m), not `5`",
      "x.yaml:7:20: unknown fault `zone_los`, did you mean `zone_loss`?",
      "x.yaml:8:27: unknown key in `timeline entry`: `when`"};
  EXPECT_EQ(found, expected);
}

TEST(ScenarioErrors, AliasesNeverExpand) {
  std::string bomb = "a: &a [x, x]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    bomb += fmt::format("{}: &{} [*{}, *{}]\n", c, c, char(c - 1), char(c - 1));
  }
  EXPECT_EQ(first_error(bomb), "x.yaml:1:4: anchors are not used here: write the value out");
  for (const char* open : {"[", "{", "? ", "- ", "[{"}) {
    std::string deep;
    while (deep.size() < 1 << 16) deep += open;
    EXPECT_THAT(first_error(deep), testing::EndsWith(": nested deeper than 16")) << open;
  }
  std::string many = "x: [";
  for (int i = 0; i < 200'000; ++i) many += "a, ";
  EXPECT_EQ(first_error(many + "]"), "x.yaml:1:299996: more than 100000 values");
}

TEST(ScenarioErrors, MistakesInTheDefaultTargetsNameTheirFile) {
  const auto scenario = parse(good_text, {}, "x.yaml", "rto: {bett: 60s}\n");
  ASSERT_FALSE(scenario.has_value());
  EXPECT_EQ(to_string(scenario.error()[0]),
            "targets.yaml:1:7: unknown operation `bett`, did you mean `bet`?");
}

}  // namespace
}  // namespace rehearse::scenario_test
