// A run with numbers that no run can have is not measured, and never passes.
#include "checks/sanity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "checks/verdict.hpp"
#include "corruption.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

constexpr int64_t most = std::numeric_limits<int64_t>::max(),
                  least = std::numeric_limits<int64_t>::min();

const rehearse::Run& recorded_run() {
  static const auto run = [] {
    auto recorded = read_run(std::string(REHEARSE_SOURCE_DIR) + "/tests/data/runs/pass").value();
    recorded.checks.push_back("books_consistent");  // it is older
    return recorded;
  }();
  return run;
}

std::vector<std::string_view> tables_with_rows() {
  std::vector<std::string_view> names;
  for (const Table& table : all_tables())
    if (table.exists(recorded_run().books) && table.count(recorded_run().books) > 0)
      names.push_back(table.name);
  return names;
}

TEST(Sanity, AnHonestRunIsSane) {
  EXPECT_TRUE(absurdities(recorded_run()).empty());
  EXPECT_EQ(judge(recorded_run()).verdict, Verdict::pass);
  EXPECT_TRUE(absurdities(synthetic::honest_run()).empty());
  EXPECT_EQ(judge(synthetic::honest_run()).verdict, Verdict::pass);
}

TEST(Sanity, NumbersThatNoRunCanHaveMakeItInconclusive) {
  const std::pair<const char*, std::function<void(synthetic::RecordedRun&)>> changes[] = {
      {"effective in eleven days",
       [](synthetic::RecordedRun& r) { r.faults[0].effective_ms = 1e9; }},
      {"healed never",
       [](synthetic::RecordedRun& r) {
         r.faults[0].healed_ms = std::numeric_limits<double>::quiet_NaN();
       }},
      {"arrivals without end", [](synthetic::RecordedRun& r) { r.arrivals_end_ms = 1e300; }},
      {"a role at infinity",
       [](synthetic::RecordedRun& r) {
         r.roles[0].t_ms = std::numeric_limits<double>::infinity();
       }},
      {"an event before all time", [](synthetic::RecordedRun& r) { r.events[0].t_ms = -1e300; }},
      {"ended before it began", [](synthetic::RecordedRun& r) { r.finished_wall_ns = 1; }},
      {"began at the end of time", [](synthetic::RecordedRun& r) { r.started_wall_ns = most; }},
      {"zero afterwards",
       [](synthetic::RecordedRun& r) { r.zero_wall_ns = r.finished_wall_ns + 1; }},
      {"an arrival at the end of time",
       [](synthetic::RecordedRun& r) { r.history.operations[3].intended_ns = most; }},
      {"an answer before all time",
       [](synthetic::RecordedRun& r) { r.history.attempts[3].answered_ns = least; }},
      {"answered before it was sent",
       [](synthetic::RecordedRun& r) { r.history.attempts[3].answered_ns = 1; }},
      {"all the money there is",
       [](synthetic::RecordedRun& r) { r.history.attempts[3].amount_minor = most; }},
      {"a debt of all the money",
       [](synthetic::RecordedRun& r) { r.history.operations[3].amount_minor = least; }}};
  for (const auto& [what, change] : changes) {
    synthetic::RecordedRun run = synthetic::honest_run();
    change(run);
    const Report report = judge(run);
    EXPECT_EQ(report.verdict, Verdict::inconclusive) << what;
    EXPECT_FALSE(report.troubles.empty()) << what;
    EXPECT_EQ(exit_code_of(report), ExitCode::inconclusive) << what;
  }
}

// Limits of the numbers in the books: whatever is said, nothing breaks (the sanitizers look on),
// and nothing passes that some other book contradicts.
class NumbersAtTheirLimits : public testing::TestWithParam<std::string_view> {};

TEST_P(NumbersAtTheirLimits, BreakNothingAndNeverPass) {
  const auto& recorded = recorded_run();
  const Table& table =
      *std::ranges::find(all_tables(), GetParam(), [](const Table& t) { return t.name; });
  const corruption::Knowable knowable(recorded);
  const std::vector<corruption::Row> rows = corruption::rows_of(table, recorded.books);
  for (size_t at : {size_t{0}, rows.size() / 2, rows.size() - 1})
    for (size_t column = 0; column < table.columns.size(); ++column)
      for (const int64_t number : {most, least}) {
        auto changed = rows;
        if (std::holds_alternative<std::string>(changed.at(at)[column])) continue;
        changed[at][column] = std::holds_alternative<int64_t>(changed[at][column])
                                  ? corruption::Value(number)
                                  : corruption::Value(std::optional(number));
        auto run = recorded;
        corruption::put_back(table, run.books, changed);
        const Verdict verdict = judge(run).verdict;
        const std::string_view name = table.columns[column].name;
        if (!knowable.why_not(table.name, name, at).empty()) continue;
        EXPECT_NE(verdict, Verdict::pass) << name << " of row " << at << ": " << number;
      }
}

INSTANTIATE_TEST_SUITE_P(Sanity, NumbersAtTheirLimits, testing::ValuesIn(tables_with_rows()),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace rehearse
