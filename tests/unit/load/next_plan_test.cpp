// A load whose plan is made while it plays, as `rate: auto` does.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/clock.hpp"
#include "load/load.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/load/fake_casino.hpp"

namespace rehearse {
namespace {

LoadProfile bets_that_all_win() {
  LoadProfile profile;
  profile.weight(OperationKind::bet) = 1;
  profile.win_share = 1;
  profile.settle_after_ms = 30;
  return profile;
}

TEST(NextPlan, IsPlayedAsFromItsOwnStart) {
  test::FakeCasino casino;
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/h.bin";
  auto writer = HistoryWriter::create(path, "k7", 10'000, 10'000);
  ASSERT_TRUE(writer);
  LoadPlan probe{bets_that_all_win(), {{60'000, 50, false}}, 8, 7, 60'000};
  probe.rounds_before = 1'000'000;
  const LoadPlan plan{bets_that_all_win(), {{1'000, 200, false}}, 8, 7, 1'000};
  auto load = Load::start(probe, {"", {casino.endpoint()}}, **writer);
  ASSERT_TRUE(load);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const int64_t from_ns = (*load)->play_next(plan);
  std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
  const LoadResult result = (*load)->finish(monotonic_ns() + 60 * ns_per_s);
  ASSERT_TRUE((*writer)->close());
  const auto history = read_history(path);
  ASSERT_TRUE(history);
  const auto arrivals = plan_arrivals(plan);
  std::vector<Operation> played;
  size_t before = 0;
  for (const Operation& operation : history->operations) {
    (operation.intended_ns < from_ns ? (void)++before : played.push_back(operation));
    EXPECT_EQ(operation.round > 1'000'000, operation.intended_ns < from_ns);
  }
  EXPECT_GT(before, 5u);
  ASSERT_EQ(played.size(), arrivals.size());
  for (size_t i = 0; i < arrivals.size(); ++i) {
    EXPECT_EQ(played[i].intended_ns - from_ns, arrivals[i].at_ns);
    EXPECT_EQ(played[i].player, arrivals[i].player);
    EXPECT_EQ(played[i].round, arrivals[i].round);
    if (arrivals[i].follows) {
      EXPECT_EQ(played[i].related, played[arrivals[i].related].id);
    }
  }
  EXPECT_EQ(result.scheduled, static_cast<int64_t>(before + arrivals.size()));
  EXPECT_EQ(result.not_sent, 0);
}

}  // namespace
}  // namespace rehearse
