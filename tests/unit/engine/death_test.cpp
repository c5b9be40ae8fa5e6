// The harness may die at any step of any fault. Every fault of the catalogue is played through, and
// at every step (before, in the middle of and after each deed, and at each event) a picture is
// taken of the world and of the journal on disk. From each picture alone the guardian must come
// back to the baseline.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "engine/fault_act.hpp"
#include "engine/fault_runner.hpp"
#include "faults/fault.hpp"
#include "platform/platform.hpp"
#include "platform/residue.hpp"
#include "stack/secrets.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/engine/death_world.hpp"
#include "undo/guardian.hpp"

namespace rehearse {
namespace {

// Nothing of theirs can be left behind: they touch nothing, cannot be taken back, or leave the
// healing to the platform.
const std::set<std::string> leave_nothing = {"noop",
                                             "cache_flush",
                                             "certificate_rotation",
                                             "primary_kill",
                                             "backup_delete_attempt",
                                             "backup_corrupt",
                                             "restore_to_time",
                                             "key_loss"};
// Whose effect or healing this world does not show: nobody serves with a certificate or answers for
// names. Their undo is played all the same.
const std::set<std::string> not_shown = {"certificate_rotation", "dns_failure", "dns_stale"};

ParamValue sample(const std::string& fault, const ParamSchema& param, const Stack& stack) {
  switch (param.type) {
    case ParamType::target_zone:
      return Target{{"az-2"}, "", 0};
    case ParamType::target_node:
      return Target{fault == "broker_loss" ? std::vector<std::string>{"kafka-2"}
                                           : std::vector<std::string>{"postgres-1", "wallet-2"},
                    "", 0};
    case ParamType::target_place:
      return Target{{"az-2", "players"}, "", 0};
    case ParamType::target_region:
      return Target{{"a"}, "", 0};
    case ParamType::target_sides:
      return Sides{{{"az-1"}, "", 0}, {{"az-2", "players"}, "", 0}};
    case ParamType::target_provider:
      return Target{{Platform(stack).parties(param.choices.front()).front()->name}, "", 0};
    case ParamType::duration:
      return int64_t{50};
    case ParamType::count:
      return int64_t{2};
    case ParamType::share:
      return 0.5;
    case ParamType::rate:
      return 10.0;
    case ParamType::flag:
      return true;
    case ParamType::text:
      break;
  }
  return param.choices.empty() ? std::string("play") : param.choices.front();
}

struct Death {
  std::string when;
  Picture world;
  std::string journal;
};

class DeathTest : public testing::Test {
 protected:
  DeathTest()
      : stack_(*make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/two-region.yaml"),
                           {})) {
    stack_.secrets_dir = dir_ + "/secrets";
    EXPECT_TRUE(make_secrets(stack_));
    view_.nodes["postgres-1"].role = "replica";
    view_.nodes["postgres-2"].role = "primary";
    view_.nodes["postgres-3"].role = "sync";
    view_.nodes["redis-2"].role = "master";
  }

  TimelineEntry entry_of(const FaultSchema& schema) const {
    TimelineEntry entry;
    entry.id = "f";
    entry.fault = schema.name;
    if (schema.length != Length::once) entry.for_ms = 30;
    for (const auto& param : schema.params)
      if (param.required) entry.params.emplace(param.name, sample(schema.name, param, stack_));
    return entry;
  }

  // Every step of one occurrence, from its plan to its healing.
  std::vector<Death> play(const FaultEntry& fault) {
    const std::string path = dir_ + "/played.jsonl";
    std::filesystem::remove(path);
    std::vector<Death> deaths;
    std::mutex mutex;
    const auto journal = std::move(*Journal::create(path));
    const auto picture = [&](const std::string& when) {
      const std::lock_guard lock(mutex);
      deaths.push_back({when, world_.picture(), *read_file(path)});
    };
    world_.begin(picture);
    SteppingEffects runtime(world_.machine, picture);
    Recorder recorder(picture);
    Scenario scenario;
    scenario.observe_ms = 5'000;
    scenario.timeline = {entry_of(fault.schema)};
    const Patience patience{.effect_ms = 1'000,
                            .heal_attempts = not_shown.contains(fault.schema.name) ? 1 : 8};
    FaultRunner runner(scenario, fault_acts(runtime, stack_, [this] { return view_; }), *journal,
                       recorder, patience);
    const int64_t zero_ns = monotonic_ns();
    recorder.set_zero(zero_ns);
    runner.begin(zero_ns);
    runner.heal_rest();
    world_.end();
    const auto record = runner.records().front();
    EXPECT_TRUE(record.injected_ms) << fault.schema.name << ": " << record.error;
    if (!not_shown.contains(fault.schema.name)) {
      EXPECT_EQ(record.error, "") << fault.schema.name;
      EXPECT_TRUE(record.healed_ms) << fault.schema.name;
    }
    return deaths;
  }

  std::vector<std::string> residue() {
    const auto found = residue_of(world_.machine, stack_);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::vector<std::string>{});
  }

  // What was left before the guardian came.
  std::vector<std::string> expect_healed(const std::string& fault, const Death& death) {
    world_.restore(death.world);
    const auto before = residue();
    std::filesystem::remove_all(dir_ + "/run");
    EXPECT_TRUE(make_directories(dir_ + "/run"));
    EXPECT_TRUE(write_file_atomically(dir_ + "/run/faults.jsonl", death.journal));
    const auto done = heal_all({.runtime = world_.machine,
                                .run_dir = dir_ + "/run",
                                .settle_ms = 0,
                                .deadline_ms = 2'000});
    EXPECT_TRUE(done) << fault << ", " << death.when;
    for (const auto& left : residue()) ADD_FAILURE() << fault << ", " << death.when << ": " << left;
    EXPECT_TRUE(read_unhealed(dir_ + "/run/faults.jsonl")->empty()) << fault << ", " << death.when;
    return before;
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  Stack stack_;
  World world_{stack_};
  StackView view_;
};

// One test for each fault of the catalogue, so that they share the cores.
class DeathOfAFault : public DeathTest, public testing::WithParamInterface<size_t> {};

TEST_P(DeathOfAFault, AtEveryStepTheGuardianComesBackToTheBaseline) {
  const FaultEntry& fault = all_faults()[GetParam()];
  const std::string& name = fault.schema.name;
  size_t with_residue = 0;
  for (const auto& death : play(fault)) with_residue += !expect_healed(name, death).empty();
  // A fault that the world does not feel would prove nothing.
  if (leave_nothing.contains(name)) {
    EXPECT_EQ(with_residue, 0u) << name;
  } else {
    EXPECT_GE(with_residue, 2u) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, DeathOfAFault, testing::Range<size_t>(0, all_faults().size()),
                         [](const auto& param) { return all_faults()[param.param].schema.name; });

// The proof above must be able to fail.
TEST_F(DeathTest, AnUndoThatIsMissingFromTheJournalIsSeen) {
  auto left = world_.baseline();
  left.nodes["etcd-1"] = {true, false};
  left.processes["postgres-3"].state = ProcessState::stopped;
  left.orders[stack_.find("psp-a")->address] = {"f"};
  left.sessions = 3;
  world_.restore(left);
  ASSERT_TRUE(make_directories(dir_ + "/run"));
  ASSERT_TRUE(write_file_atomically(
      dir_ + "/run/faults.jsonl",
      R"({"step":"planned","id":"f","fault":"x","target":"","undo":[{"do":"unpause","nodes":["etcd-1"]}]})"
      "\n"));
  ASSERT_TRUE(heal_all({.runtime = world_.machine, .run_dir = dir_ + "/run", .settle_ms = 0}));
  EXPECT_EQ(residue().size(), 4u);
}

}  // namespace
}  // namespace rehearse
