// docs/scenarios.md names all that a scenario may name, as the program itself describes it.
// REHEARSE_APPROVE=1 writes its tables anew: look at the difference before you commit it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "checks/check.hpp"
#include "cli/cli.hpp"
#include "cli/profiles.hpp"
#include "faults/fault.hpp"
#include "load/behaviour.hpp"
#include "markdown.hpp"
#include "runbook/condition.hpp"
#include "stack/facts.hpp"

namespace rehearse {
namespace {

using namespace docs;
using Names = std::set<std::string>;

constexpr const char* page = "docs/scenarios.md";

Places places() {
  return {REHEARSE_SOURCE_DIR, "", ""};
}

std::vector<std::string> stems(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(path_of(folder))) {
    if (file.path().extension() == ".yaml") names.insert(file.path().stem().string());
  }
  return {names.begin(), names.end()};
}

// Puts the table in the place of the one under that heading.
void approve(const std::string& heading, const std::vector<std::string>& table) {
  std::string text;
  bool inside = false, done = false;
  for (const std::string& line : lines_of(text_of(page))) {
    if (line.starts_with("#")) inside = line.substr(line.find_first_not_of('#')) == " " + heading;
    if (inside && line.starts_with("|")) {
      if (!done) text += fmt::format("{}\n", fmt::join(table, "\n"));
      done = true;
    } else {
      text += line + "\n";
    }
  }
  std::ofstream(path_of(page)) << text;
}

void expect_table(const std::string& heading, const std::vector<std::string>& columns,
                  const std::vector<std::string>& rows) {
  std::vector<std::string> table = {fmt::format("| {} |", fmt::join(columns, " | ")), "|"};
  for (size_t i = 0; i < columns.size(); ++i) table.back() += "---|";
  table.insert(table.end(), rows.begin(), rows.end());
  if (std::getenv("REHEARSE_APPROVE") != nullptr) approve(heading, table);
  std::vector<std::string> found;
  for (const std::string& line : lines_of(section_of(page, heading))) {
    if (line.starts_with("|")) found.push_back(line);
  }
  EXPECT_EQ(fmt::format("{}", fmt::join(found, "\n")), fmt::format("{}", fmt::join(table, "\n")))
      << page << ", \"" << heading << "\" (REHEARSE_APPROVE=1 rewrites it)";
}

// The keys of a fault besides those that all have; what it must have is bold.
std::string keys_of(const FaultSchema& fault) {
  std::vector<std::string> keys;
  for (const ParamSchema& param : fault.params) {
    keys.push_back(fmt::format(fmt::runtime(param.required ? "**`{}`**" : "`{}`"), param.name));
  }
  if (fault.length != Length::once) keys.emplace_back("`for`");
  return keys.empty() ? "–" : fmt::format("{}", fmt::join(keys, ", "));
}

TEST(Reference, Faults) {
  std::vector<std::string> rows;
  for (const FaultEntry& fault : all_faults()) {
    rows.push_back(fmt::format("| `{}` | {} | {} |", fault.schema.name, fault.schema.summary,
                               keys_of(fault.schema)));
  }
  expect_table("Faults", {"fault", "what breaks", "keys"}, rows);
}

std::string takes(const std::vector<ActionParam>& params) {
  std::string keys;
  for (const ActionParam& param : params)
    keys += fmt::format("{0}{2}`{1}`{2}", keys.empty() ? "" : ", ", param.name,
                        param.required ? "**" : "");
  return keys.empty() ? "–" : keys;
}

TEST(Reference, Actions) {
  std::vector<std::string> rows;
  for (const ActionEntry& action : all_actions())
    rows.push_back(fmt::format("| `{}` | {} | {} |", action.schema.name, action.schema.summary,
                               takes(action.schema.params)));
  expect_table("Actions", {"action", "does", "takes"}, rows);
}

TEST(Reference, Conditions) {
  std::vector<std::string> rows;
  for (const Condition& condition : all_conditions())
    rows.push_back(fmt::format("| `{}` | {} | {} |", condition.name, condition.summary,
                               takes(condition.params)));
  expect_table("Conditions", {"condition", "holds when", "takes"}, rows);
}

TEST(Reference, Facts) {
  std::vector<std::string> rows;
  for (const MessageFact& fact : message_facts())
    rows.push_back(fmt::format("| `{}` | {} |", fact.name, fact.summary));
  expect_table("Facts", {"fact", "says"}, rows);
}

// Those that are shipped, and what they send, can be played as they stand.
TEST(Reference, RunbooksAreValid) {
  const auto people = load_people(places());
  ASSERT_TRUE(people) << people.error().message;
  for (const auto& file : runbook_files(places())) {
    const auto runbook = load_runbook(places(), file, *people);
    EXPECT_TRUE(runbook) << runbook.error().message;
  }
  for (const auto& file : message_files(places())) {
    const auto message = load_message(file);
    EXPECT_TRUE(message) << message.error().message;
  }
  for (const auto& name : stems("scenarios/quarterly")) {
    const auto scenario = load_scenario(places(), "quarterly/" + name, {});
    ASSERT_TRUE(scenario) << scenario.error().message;
    const auto runbooks = load_runbooks(places(), *scenario);
    EXPECT_TRUE(runbooks) << runbooks.error().message;
  }
}

TEST(Reference, Checks) {
  std::vector<std::string> rows;
  for (const CheckSpec& check : all_checks()) {
    rows.push_back(fmt::format("| `{}` | {} | {} |", check.name, check.question,
                               check.needs.empty() ? "–" : check.needs));
  }
  expect_table("Checks", {"check", "question", "needs"}, rows);
}

TEST(Reference, Operations) {
  std::vector<std::string> rows;
  for (const Behaviour& behaviour : behaviours()) {
    rows.push_back(fmt::format("| `{}` | {} | {} |", name_of(behaviour.kind), behaviour.summary,
                               behaviour.target));
  }
  expect_table("Operations", {"operation", "what a player does", "goes to"}, rows);
}

TEST(Reference, Profiles) {
  std::vector<std::string> rows;
  for (const auto& name : stems("scenarios/profiles")) {
    const auto profile = load_profile(path_of("scenarios/profiles/" + name + ".yaml"));
    ASSERT_TRUE(profile) << profile.error().message;
    rows.push_back(fmt::format("| `{}` | {} |", name, profile->title));
  }
  expect_table("Profiles", {"profile", "plays"}, rows);
}

TEST(Reference, Suites) {
  std::vector<std::string> rows;
  for (const auto& name : stems("scenarios/suites")) {
    const auto suite = load_suite(places(), name);
    ASSERT_TRUE(suite) << suite.error().message;
    rows.push_back(fmt::format("| `{}` | {} | {} |", name, suite->title, suite->scenarios.size()));
  }
  expect_table("Suites", {"suite", "asks", "scenarios"}, rows);
}

TEST(Reference, Stacks) {
  std::vector<std::string> rows;
  for (const auto& name : stems("fixtures/stacks")) {
    const auto stack = load_stack(places(), name);
    ASSERT_TRUE(stack) << stack.error().message;
    rows.push_back(fmt::format("| `{}` | {} |", name, stack->title));
  }
  expect_table("Stacks", {"stack", "is"}, rows);
}

TEST(Reference, Parts) {
  const auto stack = load_stack(places(), "one-region");
  ASSERT_TRUE(stack) << stack.error().message;
  std::vector<std::string> rows;
  for (const PartEntry& part : stack->parts) {
    const auto dash = [](std::string text) { return text.empty() ? "–" : text; };
    rows.push_back(fmt::format("| `{}` | {} | {} | {} |", part.name, part.title,
                               dash(fmt::format("{}", fmt::join(part.needs, ", "))),
                               dash(part.without)));
  }
  expect_table("Parts", {"part", "raises", "needs", "without it"}, rows);
}

TEST(Reference, Settings) {
  const auto stack = whole_stack(places(), "one-region");
  ASSERT_TRUE(stack) << stack.error().message;
  std::vector<std::string> rows;
  for (const auto& [name, values] : facts_of(*stack).settings) {
    rows.push_back(fmt::format("| `{}` | {} | {} |", name,
                               values.empty() ? "any" : fmt::format("{}", fmt::join(values, ", ")),
                               stack->settings.at(name).fallback));
  }
  expect_table("Settings", {"setting", "values", "default"}, rows);
}

TEST(Reference, Selectors) {
  const auto stack = load_stack(places(), "one-region");
  ASSERT_TRUE(stack) << stack.error().message;
  std::vector<std::string> rows;
  for (const auto& selector : facts_of(*stack).selectors) rows.push_back("| `" + selector + "` |");
  expect_table("Selectors", {"selector"}, rows);
}

// The rooms are those of the tree, with the links that CMake declares.
TEST(Reference, Rooms) {
  std::map<std::string, Names> declared, told;
  std::string cmake = text_of("CMakeLists.txt");
  for (auto& c : cmake) c = c == '\n' ? ' ' : c;
  for (const auto& room : captured(cmake, "rehearse_library\\(([^)]*)\\)")) {
    const std::string folder = captured(room, "FOLDER (\\S+)").at(0);
    const std::string links = room.substr(0, room.find("EXTERNAL"));
    const auto names = captured(links.substr(links.find("FOLDER")), "rehearse_([a-z]+)");
    declared[folder + "/"] = {names.begin(), names.end()};
  }
  for (const auto& line : lines_of(section_of("docs/architecture.md", "Rooms"))) {
    if (!line.starts_with("| `")) continue;
    const auto cells = captured(line, "\\| ([^|]*) ");
    const auto names = captured(cells.at(1), "`([a-z]+)`");
    told[captured(cells.at(0), "`([^`]+)`").at(0)] = {names.begin(), names.end()};
  }
  EXPECT_EQ(told, declared);
}

// Keys as the program prints them for a run's folder: all with a default are there.
TEST(Reference, KeysOfAScenario) {
  const auto scenario = load_scenario(places(), "ci/zone-loss", {});
  ASSERT_TRUE(scenario) << scenario.error().message;
  Names printed;
  for (const auto& key : captured("\n" + scenario->as_run_yaml, "\n([a-z_]+):")) {
    printed.insert(key);
  }
  const Names documented = rows_of(section_of(page, "Keys"));
  EXPECT_THAT(documented, testing::IsSupersetOf(printed));
  // The first example has them all, and is read below: none of them is unknown.
  Names shown;
  const auto examples = blocks_of(page, "yaml");
  ASSERT_FALSE(examples.empty());
  for (const auto& key : captured("\n" + examples.front(), "\n([a-z_]+):")) shown.insert(key);
  EXPECT_EQ(documented, shown);
}

TEST(Reference, Verbs) {
  Names verbs = {"test"};  // the launcher's own
#define VERB(name, summary) \
  if (*summary != '\0') verbs.insert(#name);
#include "cli/verbs.def"
#undef VERB
  Names documented;
  for (const auto& line : lines_of(text_of("README.md"))) {
    if (!line.starts_with("| `")) continue;
    for (const auto& verb : captured(line.substr(0, line.rfind(" | ")), "`\\./rehearse ([a-z]+)")) {
      documented.insert(verb);
    }
  }
  EXPECT_EQ(documented, verbs);
}

}  // namespace
}  // namespace rehearse
