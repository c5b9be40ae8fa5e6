// What cannot be shown is known before it starts, and is what judging says of the run.
#include "cli/foreseen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/cli.hpp"

namespace rehearse {
namespace {

std::vector<Foreseen> foreseen_of(const std::string& name, std::vector<std::string> overrides) {
  const Places places = find_places();
  const auto scenario = load_scenario(places, name, overrides);
  EXPECT_TRUE(scenario) << scenario.error().message;
  const auto stack = load_stack(places, scenario->stack, scenario->parts);
  EXPECT_TRUE(stack) << stack.error().message;
  return foresee(*scenario, *stack, *load_runbooks(places, *scenario));
}

const Foreseen* find(const std::vector<Foreseen>& all, const std::string& what) {
  const auto found = std::ranges::find(all, what, &Foreseen::what);
  return found == all.end() ? nullptr : &*found;
}

TEST(Foreseen, ARunbookThatHandsOverIsFelt) {
  EXPECT_EQ(find(foreseen_of("planned-switchover", {}), "rto"), nullptr);
}

TEST(Foreseen, AnEveningShowsEveryCheck) {
  const auto all = foreseen_of("baseline", {});
  EXPECT_EQ(find(all, "no_duplicate_payouts"), nullptr);
  EXPECT_EQ(find(all, "credit_kept"), nullptr);
  ASSERT_NE(find(all, "rto"), nullptr);  // nothing breaks
  EXPECT_EQ(find(all, "rto")->why, "no fault that players can feel");
}

TEST(Foreseen, GamesAloneShowNothingOfPayments) {
  const auto all = foreseen_of("baseline", {"load.profile=games"});
  for (const char* check :
       {"no_duplicate_payouts", "webhook_once", "providers_reconciled", "retries_bounded",
        "nothing_unscreened", "rounds_settled", "credit_kept"}) {
    ASSERT_NE(find(all, check), nullptr) << check;
    EXPECT_TRUE(find(all, check)->surely);
    EXPECT_THAT(find(all, check)->why, testing::HasSubstr("the load plays nothing for it"));
  }
  EXPECT_EQ(find(all, "no_lost_writes"), nullptr);
}

TEST(Foreseen, PartsThatAreLeftOutAreListed) {
  const auto all = foreseen_of("baseline", {"parts=[core]"});
  ASSERT_NE(find(all, "credit_kept"), nullptr);
  EXPECT_EQ(find(all, "credit_kept")->why,
            "what is raised of the stack does not give what they need");
}

TEST(Foreseen, LevelsAndRecoveriesWithTooFewOperations) {
  const auto all = foreseen_of("primary-kill", {"load.rate=5/s"});
  // 2% of 5/s is credit: some in the steady phase, and a p99 takes a hundred.
  const Foreseen* level = find(all, "slo credit_p99 before the fault");
  ASSERT_NE(level, nullptr);
  EXPECT_TRUE(level->surely);
  EXPECT_THAT(level->why, testing::StartsWith("it takes 100 operations, and about "));
  // Few who are all approved show that a quarter is.
  const auto steady = foreseen_of("primary-kill", {"load.rate=60/s"});
  EXPECT_NE(find(steady, "slo credit_p99 before the fault"), nullptr);
  EXPECT_EQ(find(steady, "slo credit_approved before the fault"), nullptr);
  EXPECT_TRUE(std::ranges::any_of(all, [](const Foreseen& one) {
    return one.what.starts_with("rto of credit after ") && one.surely;
  }));
  const auto busy = foreseen_of("primary-kill", {"load.rate=5000/s"});
  EXPECT_EQ(find(busy, "slo credit_p99 before the fault"), nullptr);
  EXPECT_FALSE(std::ranges::any_of(
      busy, [](const Foreseen& one) { return one.what.starts_with("rto of "); }));
}

TEST(Foreseen, ARateThatIsYetToBeFoundIsTakenAtItsMost) {
  const auto found = foreseen_lines(foreseen_of("primary-kill", {}));
  EXPECT_EQ(found, foreseen_lines(foreseen_of("primary-kill", {"load.rate=60/s"})));
  EXPECT_NE(found, foreseen_lines(foreseen_of("primary-kill", {"load.rate=20/s"})));
}

TEST(Foreseen, LinesGroupByReasonWhatIsSureFirst) {
  EXPECT_THAT(foreseen_lines({{"a", "x"}, {"c", "y", false}, {"b", "x"}}),
              testing::ElementsAre("not shown: a, b (x)", "perhaps not shown: c (y)"));
  EXPECT_THAT(foreseen_lines({}), testing::IsEmpty());
}

}  // namespace
}  // namespace rehearse
