#include "checks/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

TEST(Story, KeysAreFoundInWhatAWitnessSays) {
  EXPECT_THAT(
      keys_in("k1-000042: paid 2 times, as k1-000042:hold and k1-7x; not k2-000001 or k1-", "k1"),
      ElementsAre("k1-000042", "k1-7"));
  EXPECT_TRUE(keys_in("k1-000042", "").empty());
}

TEST(Story, EveryBookThatNamesTheOperationSpeaksInOrder) {
  const RecordedRun run = honest_run();
  const auto& operations = run.history.operations;
  const auto payout = std::ranges::find(operations, OperationKind::payout, &Operation::kind);
  ASSERT_NE(payout, operations.end());
  const std::string key = key_of(run.history.run_key, payout->id);
  const std::vector<std::string> keys = {key, "k-unknown", key};
  const auto stories = stories_of(run, keys);
  ASSERT_EQ(stories.size(), 1U);
  const Story& story = stories[0];
  EXPECT_EQ(story.key, key);
  EXPECT_EQ(story.operation, "payout");
  EXPECT_EQ(story.player, player_name(payout->player));
  EXPECT_TRUE(std::ranges::is_sorted(story.sayings, {}, &Saying::at_ms));
  EXPECT_THAT(story.sayings, Contains(Field(&Saying::from, "client")));
  EXPECT_THAT(story.sayings, Contains(Field(&Saying::to, "ledger")));
  EXPECT_THAT(story.sayings, Contains(Field(&Saying::what, HasSubstr("transfer "))));
}

TEST(Story, OfATaleWithoutEndTheFirstPartIsTold) {
  RecordedRun run = honest_run();
  const std::string key = key_of(run.history.run_key, 0);
  LedgerEvent event;
  event.key = key;
  event.currency = "EUR";
  run.books.events->insert(run.books.events->end(), 10'000, event);
  const auto stories = stories_of(run, std::vector{key});
  ASSERT_EQ(stories.size(), 1U);
  EXPECT_EQ(stories[0].sayings.size(), story_sayings_max);
  EXPECT_GE(stories[0].left_out, 9'960);
}

}  // namespace
}  // namespace rehearse
