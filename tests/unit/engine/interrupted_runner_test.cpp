#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "tests/unit/engine/fault_runner_fixture.hpp"

namespace rehearse {
namespace {

// An interruption (SIGINT) in every phase of a fault: nothing stays on, nothing stays unhealed.
class InterruptedRunnerTest : public ProcessFaultRunnerTest {
 protected:
  void expect_nothing_left() {
    EXPECT_EQ(unhealed(), 0u);
    EXPECT_TRUE(residue(runtime_, {"wallet-1", "wallet-2"})->empty());
    EXPECT_EQ(verdict("healed", run()), Verdict::pass);
  }
  // Stops the verb until it is let go.
  void hold(const std::string& verb) {
    runtime_.before = [this, verb](const std::string& now) -> Status {
      if (now != verb) return {};
      reached_ = true;
      return soon([this] { return let_go_.load(); }) ? Status{} : fail(ExitCode::bug, "held");
    };
  }
  std::atomic<bool> reached_ = false, let_go_ = false;
};

TEST_F(InterruptedRunnerTest, BeforeItsTime) {
  scenario_.timeline = {process("process_pause", 100)};
  scenario_.timeline[0].at_ms = 4'000;
  begin().cancel();
  EXPECT_FALSE(runner_->records()[0].injected_ms);
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::inconclusive);
  EXPECT_TRUE(runtime_.calls.empty());
  EXPECT_TRUE(residue(runtime_, {"wallet-1", "wallet-2"})->empty());
}

TEST_F(InterruptedRunnerTest, DuringInjection) {
  hold("pause");
  scenario_.timeline = {process("process_pause", 60'000)};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return reached_.load(); }));
  std::jthread interrupt([&] { runner.cancel(); });
  ::usleep(20'000);
  let_go_ = true;
  interrupt.join();
  expect_nothing_left();
}

TEST_F(InterruptedRunnerTest, WhileItsEffectIsAwaited) {
  runtime_.kills_work = false;
  scenario_.timeline = {process("process_kill", 60'000)};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return runtime_.called("kill"); }));
  runner.cancel();
  EXPECT_FALSE(runner.records()[0].effective_ms);
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::inconclusive);
  expect_nothing_left();
}

TEST_F(InterruptedRunnerTest, WhileItLasts) {
  scenario_.timeline = {process("process_pause", 60'000)};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.records()[0].effective_ms.has_value(); }));
  runner.cancel();
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::pass);
  expect_nothing_left();
}

TEST_F(InterruptedRunnerTest, DuringHealing) {
  hold("start");
  scenario_.timeline = {process("process_kill", std::nullopt)};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return reached_.load(); }));
  std::jthread interrupt([&] { runner.cancel(); });
  ::usleep(20'000);
  let_go_ = true;
  interrupt.join();
  expect_nothing_left();
}

TEST_F(InterruptedRunnerTest, WhileHealingFails) {
  runtime_.failing_starts = 4;
  scenario_.timeline = {process("process_kill", std::nullopt)};
  Patience quick;
  quick.heal_pause_ms = 20;
  auto& runner = begin(quick);
  ASSERT_TRUE(soon([&] { return runtime_.called("start failed"); }));
  runner.cancel();  // goes on healing
  expect_nothing_left();
}

}  // namespace
}  // namespace rehearse
