// A run with numbers that no run can have is not measured, and never passes.
#include "checks/sanity.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "checks/verdict.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

constexpr int64_t most = std::numeric_limits<int64_t>::max(),
                  least = std::numeric_limits<int64_t>::min();

TEST(Sanity, AnHonestRunIsSane) {
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

// Limits of the numbers in the books: whatever is said, nothing breaks, and nothing passes.
TEST(Sanity, NumbersAtTheirLimitsInTheBooksNeverPass) {
  const std::pair<const char*, std::function<void(Books&, int64_t)>> changes[] = {
      {"an entry", [](Books& b, int64_t n) { b.ledger_entries->front().amount_minor = n; }},
      {"a version", [](Books& b, int64_t n) { b.ledger_entries->front().version = n; }},
      {"a place", [](Books& b, int64_t n) { b.ledger_entries->back().seq = n; }},
      {"an account", [](Books& b, int64_t n) { b.accounts->front().balance_minor = n; }},
      {"an intent", [](Books& b, int64_t n) { b.intents->front().amount_minor = n; }},
      {"an event", [](Books& b, int64_t n) { b.events->front().amount_minor = n; }},
      {"an offset", [](Books& b, int64_t n) { b.events->front().partition = n; }},
      {"a transfer", [](Books& b, int64_t n) { b.provider_transfers->front().amount_minor = n; }},
      {"an effect", [](Books& b, int64_t n) { b.webhook_effects->front().applied = n; }}};
  for (const auto& [what, change] : changes)
    for (const int64_t number : {most, least}) {
      synthetic::RecordedRun run = synthetic::honest_run();
      change(run.books, number);
      EXPECT_NE(judge(run).verdict, Verdict::pass) << what << " " << number;
    }
}

}  // namespace
}  // namespace rehearse
