#include "runbook/runbook.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "runbook/disruption.hpp"
#include "runbook_fixture.hpp"

namespace rehearse::runbook_test {
namespace {

using Lines = std::vector<std::string>;

Lines errors(const std::string& text) {
  Lines lines;
  const auto runbook = parse(text);
  if (runbook) return lines;
  for (const Diagnostic& diagnostic : runbook.error()) lines.push_back(to_string(diagnostic));
  return lines;
}

TEST(RunbookFile, SaysWhoDoesWhatUntilWhenAndHowItShows) {
  const auto runbook = parse(good_text);
  ASSERT_TRUE(runbook) << to_string(runbook.error()[0]);
  ASSERT_EQ(runbook->steps.size(), 2u);
  const RunbookStep& over = runbook->steps[0];
  EXPECT_EQ(over.executor, "dora");
  EXPECT_EQ(over.owner.informed, Lines{"support"});
  EXPECT_EQ(over.approval.count, 2);
  EXPECT_EQ(over.action.name, "switchover");
  EXPECT_EQ(over.undo.name, "lead_back");
  EXPECT_EQ(over.deadline_ms, 20'000);
  EXPECT_TRUE(runbook->steps[1].manual);
  EXPECT_EQ(takes_ms_max(*runbook), 20'000 + 20'000 + 30'000 + 10'000);
}

struct BadStep {
  std::string from, to, error;
};

TEST(RunbookFile, EveryMistakeIsNamedWithItsPlaceAndTheNearestWord) {
  const std::vector<BadStep> table = {
      {"runbook: x", "runbook: y",
       "1:10: the runbook `y` is in the file `x.yaml`: it must be y.yaml"},
      {"title: Does it work?", "titel: T",
       "2:1: unknown key in `runbook`: `titel`, did you mean `title`?"},
      {"action: switchover", "action: switchovr",
       "10:13: unknown action `switchovr`, did you mean `switchover`?"},
      {"action: switchover", "action: {do: switchover, to: me}",
       "10:30: unknown key in `switchover`: `to`"},
      {"action: switchover", "action: {to: me}", "10:13: `action` lacks the key `do`"},
      {"precondition: stack_whole", "precondition: stack_hole",
       "8:19: unknown condition `stack_hole`, did you mean `stack_whole`?"},
      {"precondition: stack_whole", "precondition: {is: standby_lag, max: 5s}",
       "8:19: `standby_lag` lacks the key `region`"},
      {"precondition: stack_whole", "precondition: {is: standby_lag, region: b, max: 5}",
       "8:53: `max` must be "},
      {"precondition: stack_whole", "precondition: {region: b}",
       "8:19: `precondition` lacks the key `is`"},
      {"of: lead", "of: led", "9:26: unknown role `led`, did you mean `lead`?"},
      {"count: 2", "count: 0", "9:39: `count` must be "},
      {"count: 2", "count: 5",
       "9:21: 5 of `lead` must approve, and besides dora, who executes the step, 4 can"},
      {"kind: automatic", "kind: by-hand",
       "7:11: unknown kind `by-hand` (there are: automatic, manual)"},
      {"kind: automatic", "kind: manual", "4:5: a manual step takes no `action`: people do it"},
      {"deadline: 20s", "deadline: 200", "11:15: `deadline` must be "},
      {"responsible: dba, ", "", "6:12: `owner` lacks the key `responsible`"},
      {"id: look", "id: over", "14:5: the id `over` is given twice"},
      {"id: look", "id: a.b",
       "14:10: the id `a.b` may have lower-case letters, digits, - and _ only"},
      {"verification: stack_whole,", "",
       "14:5: a manual step needs `verification` or `needs_approval`: otherwise nobody could say"},
      {"    action: switchover\n", "", "4:5: an automatic step needs an `action`"}};
  for (const BadStep& bad : table) {
    const Lines found = errors(with(bad.from, bad.to));
    ASSERT_FALSE(found.empty()) << bad.to;
    EXPECT_THAT(found, testing::Contains(testing::StartsWith("x.yaml:" + bad.error)));
  }
  EXPECT_EQ(errors(""), Lines{"x.yaml:1:1: the file is empty"});
}

// What is signed must change with whatever the step says, and with nothing else.
TEST(RunbookFile, TheContentOfAStepIsAllThatItSays) {
  const std::string content = parse(good_text)->steps[0].content;
  EXPECT_EQ(parse(with("title: Does it work?", "title: Other"))->steps[0].content, content);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"title: Hand over", "title: Hand it over"},
           {"informed: [support]", "informed: []"},
           {"precondition: stack_whole", "precondition: ledger_led"},
           {"precondition: stack_whole", "precondition: {is: standby_lag, region: b}"},
           {"count: 2", "count: 1"},
           {"action: switchover", "action: lead_back"},
           {"deadline: 20s", "deadline: 21s"},
           {"verification: ledger_led", "verification: stack_whole"},
           {"    undo: lead_back\n", ""}})
    EXPECT_NE(parse(with(from, to))->steps[0].content, content) << to;
}

TEST(RunbookFile, WhatUndoesAStepMayDisruptToo) {
  Runbook runbook = *parse(good_text);
  RunbookStep& over = runbook.steps[0];
  EXPECT_TRUE(may_disrupt(runbook));
  over.action = {"message"};
  EXPECT_TRUE(may_disrupt(runbook));
  over.undo = {};
  EXPECT_FALSE(may_disrupt(runbook));
}

// Whatever is done to the text, it is read or refused with places, and never thrown at anybody.
TEST(RunbookFile, AnyTextIsReadOrRefused) {
  std::mt19937_64 random(7);
  const std::string bytes = "{}[]:,-&*\"' \n\t#ab0%";
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = good_text;
    for (int change = 0; change < 3; ++change)
      text[random() % text.size()] = bytes[random() % bytes.size()];
    const auto runbook = parse(text);
    if (runbook) continue;
    ++refused;
    for (const Diagnostic& diagnostic : runbook.error()) EXPECT_FALSE(diagnostic.message.empty());
  }
  EXPECT_GT(refused, 1'000);
}

TEST(RunbookFile, IsToldFromAScenarioByItsKey) {
  EXPECT_TRUE(is_runbook(good_text));
  EXPECT_FALSE(is_runbook("scenario: x\nrunbook: y\n"));
}

TEST(PeopleFile, HasNamesRolesAndPublicKeys) {
  const std::string key = ed25519_public(secret_of('1'));
  const auto read = parse_people(
      "p.yaml", "people:\n  - {name: anna, roles: [lead, dba], key: " + key +
                    "}\n  - {name: bot, roles: [lead], test_key: " + secret_of('2') + "}\n");
  ASSERT_TRUE(read) << to_string(read.error()[0]);
  EXPECT_EQ(read->by_key(key)->name, "anna");
  EXPECT_EQ(read->first_with("lead")->name, "anna");
  EXPECT_EQ(read->roles(), (Lines{"lead", "dba"}));
  EXPECT_EQ(read->all[1].key, ed25519_public(secret_of('2')));
}

TEST(PeopleFile, EveryMistakeIsNamed) {
  const std::string key = ed25519_public(secret_of('1'));
  const auto read = parse_people(
      "p.yaml", "people:\n  - {name: anna, roles: [lead], key: " + key +
                    "}\n  - {name: anna, roles: [], key: " + key +
                    "}\n  - {name: ben, roles: [lead], key: abc}\n  - {name: cy, roles: [lead]}\n"
                    "  - {name: di, roles: [lead], kee: x, test_key: " +
                    secret_of('3') + "}\n");
  ASSERT_FALSE(read);
  Lines lines;
  for (const Diagnostic& diagnostic : read.error()) lines.push_back(to_string(diagnostic));
  EXPECT_EQ(lines,
            (Lines{"p.yaml:3:5: anna and anna have the same key: one could sign for both",
                   "p.yaml:3:12: `anna` is named twice", "p.yaml:3:25: `roles` is an empty list",
                   "p.yaml:4:37: `key` must be 64 hex digits in lower case",
                   "p.yaml:5:5: a person has either `key` (public) or `test_key` (secret)",
                   "p.yaml:6:31: unknown key in `person`: `kee`, did you mean `key`?"}));
}

}  // namespace
}  // namespace rehearse::runbook_test
