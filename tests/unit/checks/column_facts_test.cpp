// Every column of every book is declared, the rules that are declared are there, and what is said
// to be looked at is: on a run of the real stack, each such column is spoiled once and missed by
// none.
#include "checks/column_facts.hpp"

#include <gtest/gtest.h>

#include "checks/book_rules.hpp"
#include "checks/verdict.hpp"
#include "corruption.hpp"

namespace rehearse {
namespace {

using RecordedRun = Run;  // inside a TEST, Run is a member of testing::Test

bool has_check(std::string_view name) {
  return std::ranges::find(all_checks(), name, &CheckSpec::name) != all_checks().end();
}

TEST(ColumnFacts, EveryColumnIsDeclaredOnce) {
  std::map<std::string, int> declared;
  for (const ColumnFacts& facts : column_facts())
    for (const std::string_view column : facts.columns)
      ++declared[fmt::format("{}.{}", facts.table, column)];
  for (const Table& table : all_tables())
    for (const Column& column : table.columns) {
      const std::string name = fmt::format("{}.{}", table.name, column.name);
      EXPECT_EQ(declared[name], 1) << name;
      declared.erase(name);
    }
  for (const auto& [name, count] : declared) ADD_FAILURE() << name << " is no column";
}

TEST(ColumnFacts, WhoLooksIsTheCheckThatDoes) {
  for (const ColumnFacts& facts : column_facts()) {
    for (const std::string_view check : facts.checks) EXPECT_TRUE(has_check(check)) << check;
    for (const std::string_view column : facts.columns) {
      const bool by_rule =
          std::ranges::find(facts.checks, "books_consistent") != facts.checks.end();
      EXPECT_TRUE(!by_rule || is_ruled(facts.table, column)) << facts.table << "." << column;
      // Nobody looks at it: then it says why.
      const bool told = !facts.against.empty() || !joined_with(facts.table, column).empty();
      EXPECT_TRUE(told) << facts.table << "." << column;
    }
  }
}

// A rule of a table or column that is not there would never say anything.
TEST(BookRules, SpeakOfColumnsThatAreThere) {
  const auto is_there = [](std::string_view table, Expression says) {
    if (table == "clients" || table == "transactions" || says.starts_with('=')) return true;
    for (const Table& known : all_tables())
      if (known.name == table)
        return says.empty() || std::ranges::any_of(known.columns, [&](const Column& column) {
                 return is_named(column.name, says);
               });
    return false;
  };
  const auto expect_side = [&](const Side& side) {
    for (const Words* words : {&side.on, &side.says})
      for (const Expression says : *words) EXPECT_TRUE(is_there(side.table, says)) << says;
    EXPECT_TRUE(is_there(side.table, side.where.says)) << side.where.says;
  };
  for (const Join& join : joins()) {
    expect_side(join.one);
    expect_side(join.other);
    EXPECT_EQ(join.one.on.size(), join.other.on.size());
    EXPECT_EQ(join.one.says.size(), join.other.says.size());
  }
  for (const Identity& rule : identities())
    for (const Expression says : rule.columns) EXPECT_TRUE(is_there(rule.table, says)) << says;
  for (const Vocabulary& rule : vocabularies()) EXPECT_TRUE(is_there(rule.table, rule.column));
  for (const Order& rule : orders()) EXPECT_TRUE(is_there(rule.table, rule.by)) << rule.by;
  for (const Presence& rule : presences()) EXPECT_TRUE(is_there(rule.table, "")) << rule.table;
}

TEST(ColumnFacts, WhatIsLookedAtIsNotMissed) {
  auto run = read_run(REHEARSE_SOURCE_DIR "/tests/data/runs/pass");
  ASSERT_TRUE(run) << run.error().message;
  // It is older than some of them; an alarm was false in its time.
  run->checks.clear();
  for (const CheckSpec& check : all_checks())
    if (check.name != "alerts_fired" && missing_capabilities(check, run->capabilities).empty())
      run->checks.emplace_back(check.name);
  ASSERT_EQ(judge(*run).verdict, Verdict::pass);
  const corruption::Knowable knowable(*run);
  for (const Table& table : all_tables()) {
    if (!table.exists(run->books)) continue;
    const auto rows = corruption::rows_of(table, run->books);
    for (size_t c = 0; c < table.columns.size() && !rows.empty(); ++c) {
      const size_t at = rows.size() / 2;
      if (!knowable.why_not(table.name, table.columns[c].name, at).empty()) continue;
      // What an older run's book does not tell has nothing that could be spoiled.
      const bool all_alike = std::ranges::all_of(rows, [&](const auto& row) {
        return row[c] == corruption::Value(std::string()) ||
               row[c] == corruption::Value(std::optional<int64_t>());
      });
      if (all_alike) continue;
      auto changed_rows = rows;
      corruption::spoil(changed_rows[at][c], true);
      RecordedRun changed = *run;
      corruption::put_back(table, changed.books, changed_rows);
      EXPECT_NE(judge(changed).verdict, Verdict::pass)
          << table.name << "." << table.columns[c].name;
    }
  }
}

}  // namespace
}  // namespace rehearse
