#include "engine/fault_runner.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "../runtime/fake_runtime.hpp"
#include "base/clock.hpp"

namespace rehearse {
namespace {

// The timeline is carried out with real time but no machine: a stack of no nodes, and noop.
class FaultRunnerTest : public testing::Test {
 protected:
  FaultRunnerTest() {
    char pattern[] = "/tmp/rehearse-runner-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    journal_ = std::move(*Journal::create(dir_ + "/faults.jsonl"));
    scenario_.observe_ms = 5000;
  }
  ~FaultRunnerTest() override { std::filesystem::remove_all(dir_); }

  TimelineEntry entry(const std::string& id, int64_t at_ms, std::optional<int64_t> for_ms) {
    TimelineEntry entry;
    entry.id = id;
    entry.fault = "noop";
    entry.at_ms = at_ms;
    entry.for_ms = for_ms;
    return entry;
  }

  FaultRunner& begin() {
    runner_ =
        std::make_unique<FaultRunner>(scenario_, runtime_, stack_, observer_, *journal_, recorder_);
    const int64_t zero_ns = monotonic_ns();
    recorder_.set_zero(zero_ns);
    runner_->begin(zero_ns);
    return *runner_;
  }

  std::string dir_;
  FakeRuntime runtime_;
  Stack stack_;
  Observer observer_{stack_, nullptr};
  Recorder recorder_{nullptr};
  Scenario scenario_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<FaultRunner> runner_;
};

TEST_F(FaultRunnerTest, InjectsAtItsTimeSeesTheEffectAndHealsAfterItsLength) {
  scenario_.timeline = {entry("quiet", 50, 100)};
  auto& runner = begin();
  runner.heal_rest();
  const auto record = runner.records().front();
  EXPECT_EQ(record.error, "");
  EXPECT_EQ(*record.planned_ms, 50);
  EXPECT_GE(*record.injected_ms, 50);
  EXPECT_GE(*record.effective_ms, *record.injected_ms);
  EXPECT_GE(*record.healed_ms, 150);
  EXPECT_FALSE(record.disruptive);
  EXPECT_TRUE(read_unhealed(dir_ + "/faults.jsonl")->empty());
}

TEST_F(FaultRunnerTest, WithoutALengthAFaultLastsUntilTheRestIsHealed) {
  scenario_.timeline = {entry("quiet", 0, std::nullopt)};
  auto& runner = begin();
  const int64_t deadline_ns = monotonic_ns() + 3 * ns_per_s;
  while (!runner.settled() && monotonic_ns() < deadline_ns) ::usleep(5'000);
  EXPECT_TRUE(runner.settled());
  EXPECT_FALSE(runner.records().front().healed_ms);
  EXPECT_EQ(read_unhealed(dir_ + "/faults.jsonl")->size(), 1u);
  runner.heal_rest();
  EXPECT_TRUE(runner.records().front().healed_ms);
}

TEST_F(FaultRunnerTest, AfterWaitsForTheEventOfAnother) {
  auto second = entry("second", 0, 10);
  second.after_id = "first";
  second.after_event = "healed";
  second.plus_ms = 60;
  second.within_ms = 3000;
  scenario_.timeline = {entry("first", 20, 50), second};
  auto& runner = begin();
  while (!runner.settled()) ::usleep(5'000);
  runner.heal_rest();
  const auto records = runner.records();
  EXPECT_GE(*records[1].injected_ms, *records[0].healed_ms + 60);
}

TEST_F(FaultRunnerTest, AnEventThatNeverComesIsATroubleNotSilence) {
  auto second = entry("second", 0, 10);
  second.after_id = "first";
  second.after_event = "healed";
  second.within_ms = 100;
  scenario_.timeline = {entry("first", 0, 1000), second};
  auto& runner = begin();
  while (!runner.settled()) ::usleep(5'000);
  EXPECT_FALSE(runner.records()[1].injected_ms);
  EXPECT_NE(runner.records()[1].error, "");
  EXPECT_EQ(recorder_.troubles().size(), 1u);
}

TEST_F(FaultRunnerTest, RepetitionsHaveIdsAndTimesOfTheirOwn) {
  auto repeated = entry("r", 0, 20);
  repeated.every_ms = 60;
  repeated.times = 3;
  scenario_.timeline = {repeated};
  auto& runner = begin();
  while (!runner.settled()) ::usleep(5'000);
  const auto records = runner.records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[2].id, "r#3");
  EXPECT_EQ(*records[2].planned_ms, 120);
  EXPECT_GE(*records[2].injected_ms, 120);
}

TEST_F(FaultRunnerTest, CancelHealsWhatIsOnAndGivesUpWhatIsNot) {
  scenario_.timeline = {entry("on", 0, 60'000), entry("later", 50'000, 10)};
  auto& runner = begin();
  const int64_t deadline_ns = monotonic_ns() + 3 * ns_per_s;
  while (!runner.records()[0].effective_ms && monotonic_ns() < deadline_ns) ::usleep(5'000);
  runner.cancel();
  const auto records = runner.records();
  EXPECT_TRUE(records[0].healed_ms);
  EXPECT_FALSE(records[1].injected_ms);
  EXPECT_NE(records[1].error, "");
}

}  // namespace
}  // namespace rehearse
