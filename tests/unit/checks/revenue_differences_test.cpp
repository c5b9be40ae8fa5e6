#include "checks/revenue_differences.hpp"

#include <gtest/gtest.h>

#include "checks/revenue.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

RevenueDifferences differences_of(const Run& run) {
  return find_revenue_differences(Joined(run));
}

TEST(RevenueDifferences, BooksThatAgreeHaveNone) {
  EXPECT_EQ(differences_of(honest_run()).count, 0);
}

TEST(RevenueDifferences, AnotherAmountAMissingAndAForeignEntryAreOneEach) {
  RecordedRun run = honest_run();
  auto& events = *run.books.events;
  std::vector<size_t> gaming;
  for (size_t i = 0; i < events.size(); ++i)
    if (is_gaming(events[i].kind) && events[i].amount_minor != 0) gaming.push_back(i);
  ASSERT_GE(gaming.size(), 2U);
  const std::string altered = events[gaming[0]].tx, missing = events[gaming[1]].tx;
  std::erase_if(events, [&](const LedgerEvent& event) { return event.tx == missing; });
  for (LedgerEvent& event : events)
    if (event.tx == altered) event.amount_minor += 1;
  LedgerEvent foreign = events[gaming[0]];
  foreign.tx = "nobody-knows";
  events.push_back(foreign);
  const auto found = differences_of(run);
  ASSERT_EQ(found.count, 3);
  for (const RevenueDifference& row : found.shown) {
    if (row.tx == "nobody-knows") {
      EXPECT_FALSE(row.ledger_minor.has_value());
    } else if (row.tx == missing) {
      EXPECT_TRUE(row.ledger_minor.has_value());
      EXPECT_FALSE(row.events_minor.has_value());
    } else {
      EXPECT_EQ(row.tx, altered);
      EXPECT_NE(row.ledger_minor, row.events_minor);
    }
  }
}

TEST(RevenueDifferences, OfManyTheFirstAreShownAndAllAreCounted) {
  RecordedRun run = honest_run();
  LedgerEvent foreign = run.books.events->front();
  foreign.kind = "bet";
  for (int i = 0; i < 10'000; ++i) {
    foreign.tx = "foreign-" + std::to_string(i);
    run.books.events->push_back(foreign);
  }
  const auto found = differences_of(run);
  EXPECT_EQ(found.count, 10'000);
  EXPECT_EQ(found.shown.size(), revenue_differences_shown_max);
}

}  // namespace
}  // namespace rehearse
