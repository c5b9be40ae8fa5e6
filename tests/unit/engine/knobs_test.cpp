// Two faults that would heal each other: validation sees the names, the runner what they came to.
#include <gtest/gtest.h>

#include <filesystem>

#include "../runtime/fake_runtime.hpp"
#include "base/clock.hpp"
#include "engine/fault_act.hpp"
#include "engine/fault_runner.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class KnobsTest : public testing::Test {
 protected:
  KnobsTest()
      : stack_(*make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml"),
                           {})) {
    journal_ = std::move(*Journal::create(dir_ + "/faults.jsonl"));
    scenario_.observe_ms = 5'000;
    for (const auto& node : stack_.nodes) runtime_.nodes[node.name] = {true, true};
  }

  static TimelineEntry entry(const std::string& id, const std::string& fault, int64_t at_ms,
                             const std::string& param, const ParamValue& value) {
    TimelineEntry entry;
    entry.id = id;
    entry.fault = fault;
    entry.at_ms = at_ms;
    entry.for_ms = 300;
    entry.params.emplace(param, value);
    return entry;
  }

  std::vector<FaultRecord> play(std::vector<TimelineEntry> timeline) {
    scenario_.timeline = std::move(timeline);
    FaultRunner runner(scenario_, fault_acts(runtime_, stack_, observer_), *journal_, recorder_);
    const int64_t zero_ns = monotonic_ns();
    recorder_.set_zero(zero_ns);
    runner.begin(zero_ns);
    runner.heal_rest();
    return runner.records();
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  FakeRuntime runtime_;
  Stack stack_, nobody_;
  Observer observer_{nobody_, nullptr};
  Recorder recorder_{nullptr};
  Scenario scenario_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(KnobsTest, TheSecondFaultOnAKnobIsNotInjectedAndSaysWhy) {
  const auto records =
      play({entry("one", "zone_loss", 0, "zone", Target{{"az-1"}, "", 0}),
            entry("two", "zone_loss", 100, "zone", Target{{"az-1", "az-2"}, "", 0})});
  EXPECT_EQ(records[0].error, "");
  EXPECT_TRUE(records[0].healed_ms);
  EXPECT_FALSE(records[1].injected_ms);
  EXPECT_TRUE(records[1].error.starts_with("not injected: one is on and heals by the same knob"))
      << records[1].error;
}

TEST_F(KnobsTest, OnceTheFirstIsHealedItsKnobIsFree) {
  const auto records = play({entry("one", "zone_loss", 0, "zone", Target{{"az-1"}, "", 0}),
                             entry("two", "zone_loss", 600, "zone", Target{{"az-1"}, "", 0})});
  EXPECT_EQ(records[1].error, "");
  EXPECT_TRUE(records[1].healed_ms);
}

TEST_F(KnobsTest, AZoneMayBeLostWhileItIsPartedFromAnother) {
  const Sides border = {{{"az-1"}, "", 0}, {{"az-2"}, "", 0}};
  const auto records = play({entry("parted", "network_partition", 0, "between", border),
                             entry("lost", "zone_loss", 100, "zone", Target{{"az-1"}, "", 0})});
  for (const auto& record : records) {
    EXPECT_EQ(record.error, "") << record.id;
    EXPECT_TRUE(record.healed_ms) << record.id;
  }
  EXPECT_TRUE(runtime_.cut_nodes.empty());
}

TEST_F(KnobsTest, AKnobWhoseFaultCouldNotBeHealedIsNotFree) {
  runtime_.failing_starts = 1'000;
  const Patience impatient{.heal_attempts = 1};
  scenario_.timeline = {entry("one", "process_kill", 0, "target", Target{{"wallet-1"}, "", 0}),
                        entry("two", "process_pause", 600, "target", Target{{"wallet-1"}, "", 0})};
  FaultRunner runner(scenario_, fault_acts(runtime_, stack_, observer_), *journal_, recorder_,
                     impatient);
  const int64_t zero_ns = monotonic_ns();
  recorder_.set_zero(zero_ns);
  runner.begin(zero_ns);
  runner.heal_rest();
  const auto records = runner.records();
  EXPECT_FALSE(records[0].healed_ms);
  EXPECT_FALSE(records[1].injected_ms);
  EXPECT_TRUE(records[1].error.starts_with("not injected: one is on")) << records[1].error;
}

}  // namespace
}  // namespace rehearse
