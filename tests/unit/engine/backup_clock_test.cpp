// Backups are made when they are due, on whoever is the primary then.
#include "engine/backup_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "tests/unit/base/soon.hpp"
#include "tests/unit/platform/backup_nodes.hpp"

namespace rehearse {
namespace {

class BackupClockTest : public testing::Test {
 protected:
  BackupClockTest() { lead("db-2"); }

  void lead(const std::string& node) {
    const std::lock_guard lock(mutex_);
    for (const auto& one : nodes_.stack.nodes)
      view_.nodes[one.name].role = one.name == node ? "primary" : "replica";
  }
  StackView view() {
    const std::lock_guard lock(mutex_);
    return view_;
  }
  // Until the event was recorded so often.
  bool wait_for(const std::string& event, int64_t times) {
    return test::soon(
        [&] { return std::ranges::count(recorder_.events(), event, &Event::event) >= times; });
  }

  test::BackupNodes nodes_;
  std::mutex mutex_;
  StackView view_;
  Recorder recorder_{[](const std::string&) {}};
  BackupClock clock_{nodes_.runtime, nodes_.stack, [this] { return view(); }, recorder_};
};

TEST_F(BackupClockTest, AFullOneFirstAndThenWhatIsDue) {
  // An hour is 100 ms: increments are due after 100 ms, full ones after a second.
  nodes_.stack.file.backups.policy = {100, 36'000'000, 3'600'000, 86'400'000, {}};
  ASSERT_TRUE(clock_.begin());
  // Later ones may have been made by now.
  ASSERT_FALSE(recorder_.events().empty());
  EXPECT_EQ(recorder_.events().front().event, "full");
  EXPECT_TRUE(wait_for("increment", 1));
  EXPECT_TRUE(wait_for("full", 2));
  rehearse::Run run;
  EXPECT_TRUE(clock_.finish(run, {}, "").empty());
  ASSERT_TRUE(run.books.backups);
  EXPECT_EQ(run.books.backups->size(), nodes_.labels.size());
  EXPECT_EQ(run.books.backup_deletions->size(), 2u);
}

TEST_F(BackupClockTest, WithoutAPrimaryItIsTriedAgain) {
  nodes_.stack.file.backups.policy = {100, 360'000'000, 3'600'000, 86'400'000, {}};
  ASSERT_TRUE(clock_.begin());
  lead("");
  EXPECT_TRUE(wait_for("failed", 1));
  lead("db-2");
  const auto before = std::ranges::count(recorder_.events(), "increment", &Event::event);
  EXPECT_TRUE(wait_for("increment", before + 1));
  nodes_.kill("s3-1");
  rehearse::Run run;
  EXPECT_EQ(clock_.finish(run, {}, "").size(), 2u);
  EXPECT_FALSE(run.books.backups || run.books.backup_deletions);
}

TEST_F(BackupClockTest, WhereNothingIsKeptNothingIsDone) {
  nodes_.stack.file.backups = {};
  ASSERT_TRUE(clock_.begin());
  rehearse::Run run;
  EXPECT_TRUE(clock_.finish(run, {}, "").empty());
  EXPECT_FALSE(run.books.backups);
  EXPECT_TRUE(nodes_.runtime.calls.empty());
}

}  // namespace
}  // namespace rehearse
