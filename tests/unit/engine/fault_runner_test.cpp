#include "engine/fault_runner.hpp"

#include <gtest/gtest.h>

#include "tests/unit/engine/fault_runner_fixture.hpp"

namespace rehearse {
namespace {

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
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
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
  second.within_ms = 60'000;
  scenario_.timeline = {entry("first", 20, 50), second};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
  runner.heal_rest();
  const auto records = runner.records();
  EXPECT_GE(*records[1].injected_ms, *records[0].healed_ms + 60);
}

TEST_F(FaultRunnerTest, ARepeatedFaultIsHealedWithItsLastRepetition) {
  auto repeated = entry("it", 0, 30), healed = entry("healed", 0, 30),
       begun = entry("begun", 0, 30);
  repeated.every_ms = 400;
  repeated.times = 3;
  healed.after_id = begun.after_id = "it";
  healed.after_event = "healed";
  begun.after_event = "injected";
  scenario_.timeline = {repeated, healed, begun};
  FaultRunner& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
  const auto records = runner.records();
  ASSERT_EQ(records.size(), 5u);
  EXPECT_GE(records[3].injected_ms.value_or(0), records[2].healed_ms.value_or(1e9));
  EXPECT_LT(records[4].injected_ms.value_or(1e9), records[2].injected_ms.value_or(0));
}

TEST_F(FaultRunnerTest, AnEventThatNeverComesIsATroubleNotSilence) {
  auto second = entry("second", 0, 10);
  second.after_id = "first";
  second.after_event = "healed";
  second.within_ms = 100;
  scenario_.timeline = {entry("first", 0, 1000), second};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
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
  ASSERT_TRUE(soon([&] { return runner.settled(); }));
  const auto records = runner.records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[2].id, "r#3");
  EXPECT_EQ(*records[2].planned_ms, 120);
  EXPECT_GE(*records[2].injected_ms, 120);
}

TEST_F(FaultRunnerTest, CancelHealsWhatIsOnAndGivesUpWhatIsNot) {
  scenario_.timeline = {entry("on", 0, 60'000), entry("later", 50'000, 10)};
  auto& runner = begin();
  ASSERT_TRUE(soon([&] { return runner.records()[0].effective_ms.has_value(); }));
  runner.cancel();
  const auto records = runner.records();
  EXPECT_TRUE(records[0].healed_ms);
  EXPECT_FALSE(records[1].injected_ms);
  EXPECT_NE(records[1].error, "");
}

TEST_F(FaultRunnerTest, WhatIsCancelledWhileItWaitsForAnEventIsNoTroubleOfItsOwn) {
  auto second = entry("second", 0, 10);
  second.after_id = "first";
  second.after_event = "healed";
  scenario_.timeline = {entry("first", 4'000, 10), second};
  auto& runner = begin();
  runner.cancel();
  EXPECT_NE(runner.records()[1].error, "");
  EXPECT_TRUE(recorder_.troubles().empty());
}

TEST_F(FaultRunnerTest, AnEventThatCanNoLongerComeIsNotWaitedFor) {
  auto first = entry("first", 0, 10), second = entry("second", 0, 10), third = second;
  first.after_id = "none";  // of an id that nobody has: validation lets none through
  first.after_event = "healed";
  second.after_id = "first";
  second.after_event = "effective";
  third.id = "third";
  third.after_id = "second";
  third.after_event = "healed";
  scenario_.timeline = {first, second, third};
  auto& runner = begin();
  EXPECT_TRUE(soon([&] { return runner.settled(); }));  // the observation lasts 5 s
  EXPECT_EQ(recorder_.troubles().size(), 3u);
}

TEST_F(ProcessFaultRunnerTest, WithoutALengthAKillIsOverAtOnce) {
  scenario_.timeline = {process("process_kill", std::nullopt)};
  auto& runner = begin();
  EXPECT_TRUE(soon([&] { return runner.records()[0].healed_ms.has_value(); }));
  EXPECT_TRUE(soon([&] { return runner.settled(); }));
  const auto record = runner.records()[0];
  EXPECT_EQ(record.error, "");
  EXPECT_TRUE(record.effective_ms);
  EXPECT_EQ(record.evidence.at("nodes_running_again"), "wallet-1");
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::pass);
  EXPECT_EQ(verdict("healed", run()), Verdict::pass);
}

TEST_F(ProcessFaultRunnerTest, WithALengthItStaysDeadThatLong) {
  scenario_.timeline = {process("process_kill", 300)};
  auto& runner = begin();
  EXPECT_TRUE(soon([&] { return runner.records()[0].effective_ms.has_value(); }));
  EXPECT_FALSE(runtime_.states()->at("wallet-1").running);
  runner.heal_rest();
  EXPECT_GE(*runner.records()[0].healed_ms, 300);
}

// A target that dies during injection: the fault failed, its undo is carried out all the same, and
// what does not run is not called healed.
TEST_F(ProcessFaultRunnerTest, ATargetThatDiesDuringInjectionIsAFailedFaultAndUndone) {
  runtime_.before = [this](const std::string& verb) -> Status {
    if (verb != "pause") return {};
    (void)runtime_.kill({"wallet-1"});
    return fail(ExitCode::machine, "no container wallet-1 to pause");
  };
  scenario_.timeline = {process("process_pause", 100)};
  auto& runner = begin({.heal_attempts = 1});
  runner.heal_rest();
  const auto record = runner.records()[0];
  EXPECT_NE(record.error.find("injection failed: no container"), std::string::npos);
  EXPECT_NE(record.error.find("not healed: wallet-1 does not run"), std::string::npos);
  EXPECT_FALSE(record.effective_ms);
  EXPECT_FALSE(record.healed_ms);
  EXPECT_TRUE(runtime_.called("unpause"));
  EXPECT_TRUE(journal_says("failed"));
  EXPECT_EQ(unhealed(), 1u);
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::inconclusive);
  EXPECT_EQ(verdict("healed", run()), Verdict::fail);  // the dead target is residue
}

// Whoever waits for it must not act on what did not happen.
TEST_F(ProcessFaultRunnerTest, WhatFailedWasNotInjected) {
  runtime_.before = [](const std::string& verb) -> Status {
    if (verb != "kill") return {};
    ::usleep(50'000);
    return fail(ExitCode::machine, "no kill");
  };
  auto second = entry("second", 0, 10);
  second.after_id = "it";
  second.after_event = "injected";
  second.within_ms = 1'000;
  scenario_.timeline = {process("process_kill", std::nullopt), second};
  auto& runner = begin();
  runner.heal_rest();
  const auto records = runner.records();
  EXPECT_FALSE(records[0].injected_ms);
  EXPECT_TRUE(records[0].healed_ms);
  EXPECT_FALSE(records[1].injected_ms);
}

TEST_F(ProcessFaultRunnerTest, WhatWasDoneInPartAndCannotBeTakenBackCountsAsInjected) {
  runtime_.failing_starts = 1'000;
  runtime_.before = [this](const std::string& verb) -> Status {
    if (verb != "kill") return {};
    runtime_.nodes["wallet-1"].running = false;
    return fail(ExitCode::machine, "half a kill");
  };
  scenario_.timeline = {process("process_kill", std::nullopt)};
  begin({.heal_attempts = 1}).heal_rest();
  EXPECT_TRUE(runner_->records()[0].injected_ms);
  EXPECT_EQ(verdict("healed", run()), Verdict::fail);
}

TEST_F(ProcessFaultRunnerTest, SaysHowLongItsInjectionTookAndHowWellItsEffectIsKnown) {
  runtime_.before = [](const std::string& verb) -> Status {
    if (verb == "kill") ::usleep(30'000);
    return {};
  };
  scenario_.timeline = {process("process_kill", std::nullopt)};
  begin().heal_rest();
  const auto record = runner_->records()[0];
  EXPECT_GE(std::stod(record.evidence.at("injection_took_ms")), 30);
  EXPECT_NEAR(std::stod(record.evidence.at("begun_late_ms")),
              *record.injected_ms - *record.planned_ms, 1);
  EXPECT_GE(*record.effective_ms, *record.injected_ms + 30);
  EXPECT_GE(std::stod(record.evidence.at("effect_resolution_ms")), 0);
}

TEST_F(ProcessFaultRunnerTest, AnEffectThatIsNotSeenInTimeFailsTheFault) {
  runtime_.kills_work = false;
  scenario_.timeline = {process("process_kill", std::nullopt)};
  Patience short_patience;
  short_patience.effect_ms = 60;
  auto& runner = begin(short_patience);
  EXPECT_TRUE(soon([&] { return runner.settled(); }));
  EXPECT_NE(runner.records()[0].error.find("no effect was seen within 60 ms"), std::string::npos);
  EXPECT_TRUE(runner.records()[0].healed_ms);
  EXPECT_TRUE(journal_says("failed"));
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::inconclusive);
}

TEST_F(ProcessFaultRunnerTest, AnEventThatNeverComesMakesTheRunInconclusiveAndTheFaultFailed) {
  auto late = process("process_kill", std::nullopt);
  late.after_id = "other";
  late.after_event = "healed";
  late.within_ms = 80;
  scenario_.timeline = {entry("other", 0, 400), late};
  auto& runner = begin();
  EXPECT_TRUE(soon([&] { return runner.settled(); }));
  EXPECT_FALSE(runner.records()[1].injected_ms);
  EXPECT_EQ(run().troubles.size(), 1u);  // troubles make a run inconclusive
  EXPECT_TRUE(journal_says("failed"));
  EXPECT_FALSE(journal_says("planned"));
  EXPECT_EQ(verdict("faults_effective", run()), Verdict::inconclusive);
  EXPECT_TRUE(runtime_.calls.empty());
}

TEST_F(ProcessFaultRunnerTest, AHealingThatFailsIsTriedAgainAndTold) {
  runtime_.failing_starts = 2;
  scenario_.timeline = {process("process_kill", std::nullopt)};
  Patience quick;
  quick.heal_pause_ms = 5;
  auto& runner = begin(quick);
  EXPECT_TRUE(soon([&] { return runner.settled(); }));
  EXPECT_TRUE(runner.records()[0].healed_ms);
  EXPECT_EQ(unhealed(), 0u);
  const auto events = recorder_.events();
  EXPECT_EQ(std::ranges::count(events, std::string("healing failed"), &Event::event), 2);
  EXPECT_EQ(verdict("healed", run()), Verdict::pass);
}

TEST_F(ProcessFaultRunnerTest, AHealingThatNeverWorksIsNeverAPass) {
  runtime_.failing_starts = 1'000;
  scenario_.timeline = {process("process_kill", std::nullopt)};
  Patience quick;
  quick.heal_pause_ms = quick.heal_pause_ms_max = 2;
  auto& runner = begin(quick);
  EXPECT_TRUE(soon([&] { return runner.settled(); }));
  const auto record = runner.records()[0];
  EXPECT_FALSE(record.healed_ms);
  EXPECT_NE(record.error.find("not healed: no memory for a start"), std::string::npos);
  EXPECT_TRUE(journal_says("failed"));
  EXPECT_FALSE(journal_says("healed"));
  EXPECT_EQ(unhealed(), 1u);  // `rehearse undo` finds it
  EXPECT_EQ(verdict("healed", run()), Verdict::fail);
}

TEST_F(ProcessFaultRunnerTest, AnUndoThatSaysItWorkedAndDidNotIsTriedAgain) {
  runtime_.starts_in_vain = 1;
  scenario_.timeline = {process("process_kill", std::nullopt)};
  Patience quick;
  quick.heal_pause_ms = 5;
  auto& runner = begin(quick);
  EXPECT_TRUE(soon([&] { return runner.settled(); }));
  EXPECT_EQ(std::ranges::count(runtime_.calls, std::string("start")), 2);
  EXPECT_TRUE(runner.records()[0].healed_ms);
}

}  // namespace
}  // namespace rehearse
