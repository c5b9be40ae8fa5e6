// docs/columns.md says which check looks at which column of the books, as the checks' own data have
// it. REHEARSE_APPROVE=1 writes its tables anew.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "checks/column_facts.hpp"
#include "markdown.hpp"

namespace rehearse {
namespace {

constexpr const char* columns_page = "docs/columns.md";

std::string quoted_words(const Words& words) {
  std::vector<std::string> all;
  for (const std::string_view word : words)
    all.push_back(word.starts_with("a row") ? std::string(word) : fmt::format("`{}`", word));
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string books_against(const ColumnFacts& facts) {
  std::set<std::string_view> others;
  for (const std::string_view column : facts.columns)
    for (const std::string_view other : joined_with(facts.table, column)) others.insert(other);
  if (facts.checks.empty()) return std::string(facts.against);
  std::string text(facts.against);
  for (const std::string_view other : others)
    if (text.find(other) == std::string::npos)
      text += (text.empty() ? "" : ", ") + std::string(other);
  return text;
}

std::string columns_made() {
  std::string text =
      "# Which check looks at which column\n\n"
      "Every column of the canonical tables, what it means, the checks that look at it, and the "
      "book "
      "that they hold\nagainst it. `clients` is the clients' own history, `transactions` the "
      "ledger's. Where no check is named, no\nindependent book contradicts the column, and the "
      "last "
      "cell says why. Made from `harness/checks/column_facts.cpp`\nand `book_rules.cpp` "
      "(`REHEARSE_APPROVE=1 build/dev/unit_tests --gtest_filter='Columns.*'`); a test spoils\neach "
      "column that is said to be looked at, and `corruptions RUN SEED CHANGES` counts by it.\n\n"
      "## Columns\n\n| table | columns | means | looked at by | against |\n|---|---|---|---|---|\n";
  for (const ColumnFacts& facts : column_facts())
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", facts.table, quoted_words(facts.columns),
                        name_of(facts.meaning),
                        facts.checks.empty() ? "cannot be known" : quoted_words(facts.checks),
                        books_against(facts));
  text +=
      "\n## Changes that cannot be known\n\nOf columns and tables that are looked at otherwise.\n\n"
      "| table | change | where | why |\n|---|---|---|---|\n";
  for (const Unknowable& change : unknowables()) {
    const std::string where =
        change.where.says.empty()
            ? "–"
            : fmt::format("`{}` in `{}`", change.where.says, fmt::join(change.where.words, "`, `"));
    text += fmt::format("| `{}` | {} | {} | {} |\n", change.table, quoted_words(change.changes),
                        where, change.why);
  }
  return text;
}

TEST(Columns, ThePageIsWhatTheChecksSay) {
  const std::string text = columns_made();
  if (std::getenv("REHEARSE_APPROVE") != nullptr)
    std::ofstream(docs::path_of(columns_page)) << text;
  EXPECT_EQ(docs::text_of(columns_page), text) << "REHEARSE_APPROVE=1 rewrites it";
}

}  // namespace
}  // namespace rehearse
