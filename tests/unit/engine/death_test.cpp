// The harness may die at any step of any fault. Every fault of the catalogue whose undo the fake
// machine can carry out is played through, and at every step (before, in the middle of and after
// each deed, and at each event) a picture is taken of the machine and of the journal on disk. From
// each picture alone the guardian must come back to the baseline.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "../runtime/fake_runtime.hpp"
#include "base/clock.hpp"
#include "base/files.hpp"
#include "engine/fault_act.hpp"
#include "engine/fault_runner.hpp"
#include "faults/fault.hpp"
#include "undo/guardian.hpp"

namespace rehearse {
namespace {

struct Picture {
  std::map<std::string, NodeState> nodes;
  std::set<std::string> cut_nodes;
  std::map<std::string, std::set<std::string>> cut_peers;
  std::map<std::string, DelaySpec> delayed;
};

Picture picture_of(const FakeRuntime& runtime) {
  return {runtime.nodes, runtime.cut_nodes, runtime.cut_peers, runtime.delayed};
}

void restore(FakeRuntime& runtime, const Picture& machine) {
  runtime.nodes = machine.nodes;
  runtime.cut_nodes = machine.cut_nodes;
  runtime.cut_peers = machine.cut_peers;
  runtime.delayed = machine.delayed;
}

// Undo actions whose effect the fake machine knows.
const std::set<std::string> modelled = {"uncut", "undelay", "unpause", "start"};

// Carries out each deed in two halves and tells every step.
class SteppingEffects final : public Effects {
 public:
  using Names = std::vector<std::string>;
  SteppingEffects(FakeRuntime& inner, std::function<void(const std::string&)> tell)
      : inner_(inner), tell_(std::move(tell)) {}

  Status start(const Names& names) override {
    return step("start", names, [&](const Names& some) { return inner_.start(some); });
  }
  Status kill(const Names& names) override {
    return step("kill", names, [&](const Names& some) { return inner_.kill(some); });
  }
  Status pause(const Names& names) override {
    return step("pause", names, [&](const Names& some) { return inner_.pause(some); });
  }
  Status unpause(const Names& names) override {
    return step("unpause", names, [&](const Names& some) { return inner_.unpause(some); });
  }
  Result<int64_t> pid_of(const std::string& node, const std::string& words) override {
    return inner_.pid_of(node, words);
  }
  Status signal(const std::string& node, int64_t pid, int signal) override {
    return step("signal", {node}, [&](const Names& some) {
      return some.empty() ? Status{} : inner_.signal(node, pid, signal);
    });
  }
  Result<ProcessState> process(const std::string& node, int64_t pid) override {
    return inner_.process(node, pid);
  }
  Result<std::string> exec(const std::string& node, const Names& argv) override {
    return inner_.exec(node, argv);
  }
  Result<std::map<std::string, NodeState>> states() override { return inner_.states(); }
  Result<std::string> address_of(const std::string& node) override {
    return inner_.address_of(node);
  }
  Status cut(const Names& names, const Names& ranges, int64_t timeout_ms) override {
    return step("cut", names,
                [&](const Names& some) { return inner_.cut(some, ranges, timeout_ms); });
  }
  Status uncut(const Names& names, const Names& ranges) override {
    return step("uncut", names, [&](const Names& some) { return inner_.uncut(some, ranges); });
  }
  Result<std::map<std::string, CutState>> cuts(const Names& names) override {
    return inner_.cuts(names);
  }
  Status delay(const Names& names, const DelaySpec& spec) override {
    return step("delay", names, [&](const Names& some) { return inner_.delay(some, spec); });
  }
  Status undelay(const Names& names) override {
    return step("undelay", names, [&](const Names& some) { return inner_.undelay(some); });
  }
  Result<std::map<std::string, DelayState>> delays(const Names& names) override {
    return inner_.delays(names);
  }

 private:
  Status step(const std::string& verb, const Names& names,
              const std::function<Status(const Names&)>& carry_out) {
    const auto middle = names.begin() + static_cast<ptrdiff_t>(names.size() / 2);
    tell_("before " + verb);
    if (auto done = carry_out({names.begin(), middle}); !done) return done;
    tell_("in the middle of " + verb);
    const Status done = carry_out({middle, names.end()});
    tell_("after " + verb);
    return done;
  }
  FakeRuntime& inner_;
  std::function<void(const std::string&)> tell_;
};

ParamValue sample(const ParamSchema& param) {
  switch (param.type) {
    case ParamType::target_zone:
      return Target{{"az-2"}, "", 0};
    case ParamType::target_node:
      return Target{{"postgres-1", "wallet-2"}, "", 0};
    case ParamType::target_place:
      return Target{{"az-2", "players"}, "", 0};
    case ParamType::target_sides:
      return Sides{{{"az-1"}, "", 0}, {{"az-2", "players"}, "", 0}};
    case ParamType::target_provider:
      return Target{{"psp-a"}, "", 0};
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
  return param.choices.empty() ? std::string("some") : param.choices.front();
}

struct Death {
  std::string when;
  Picture machine;
  std::string journal;
};

class DeathTest : public testing::Test {
 protected:
  DeathTest()
      : stack_(*make_stack(*read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml"),
                           {})) {
    char pattern[] = "/tmp/rehearse-death-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    for (const auto& node : stack_.nodes)
      if (stack_.has_container(node)) {
        baseline_.nodes[node.name] = {true, true};
        containers_.push_back(node.name);
      } else {
        bare_.push_back(node.name);
      }
  }
  ~DeathTest() override { std::filesystem::remove_all(dir_); }

  static TimelineEntry entry_of(const FaultSchema& schema) {
    TimelineEntry entry;
    entry.id = "f";
    entry.fault = schema.name;
    if (schema.length != Length::once) entry.for_ms = 30;
    for (const auto& param : schema.params)
      if (param.required) entry.params.emplace(param.name, sample(param));
    return entry;
  }

  // Whether the fake machine can tell the fault's residue from the baseline.
  bool can_play(const FaultEntry& fault) {
    FakeRuntime untouched;
    std::mt19937_64 random(1);
    const auto planned =
        fault.make()->plan({untouched, stack_, StackView{}, entry_of(fault.schema), random});
    return planned && std::ranges::all_of(planned->undo, [](const UndoStep& step) {
             return modelled.contains(step.action);
           });
  }

  // Every step of one occurrence, from its plan to its healing.
  std::vector<Death> play(const FaultEntry& fault) {
    const std::string path = dir_ + "/played.jsonl";
    std::filesystem::remove(path);
    std::vector<Death> deaths;
    FakeRuntime machine;
    restore(machine, baseline_);
    const auto picture = [&](const std::string& when) {
      deaths.push_back({when, picture_of(machine), *read_file(path)});
    };
    SteppingEffects runtime(machine, picture);
    Recorder recorder(picture);
    const auto journal = std::move(*Journal::create(path));
    Scenario scenario;
    scenario.observe_ms = 5'000;
    scenario.timeline = {entry_of(fault.schema)};
    const Stack nobody;
    const Observer observer(nobody, nullptr);
    FaultRunner runner(scenario, fault_acts(runtime, stack_, observer), *journal, recorder);
    const int64_t zero_ns = monotonic_ns();
    recorder.set_zero(zero_ns);
    runner.begin(zero_ns);
    runner.heal_rest();
    EXPECT_EQ(runner.records().front().error, "") << fault.schema.name;
    EXPECT_TRUE(runner.records().front().healed_ms) << fault.schema.name;
    return deaths;
  }

  std::vector<std::string> residue_of(const Picture& machine) {
    FakeRuntime runtime;
    restore(runtime, machine);
    return *residue(runtime, containers_, bare_);
  }

  void expect_healed(const std::string& fault, const Death& death) {
    FakeRuntime runtime;
    restore(runtime, death.machine);
    std::filesystem::remove_all(dir_ + "/run");
    ASSERT_TRUE(make_directories(dir_ + "/run"));
    ASSERT_TRUE(write_file_atomically(dir_ + "/run/faults.jsonl", death.journal));
    const auto done = heal_all(
        {.runtime = runtime, .run_dir = dir_ + "/run", .settle_ms = 0, .deadline_ms = 2'000});
    EXPECT_TRUE(done) << fault << ", " << death.when;
    const auto left = *residue(runtime, containers_, bare_);
    EXPECT_TRUE(left.empty()) << fault << ", " << death.when << ": " << left.front();
    EXPECT_TRUE(read_unhealed(dir_ + "/run/faults.jsonl")->empty()) << fault << ", " << death.when;
  }

  std::string dir_;
  Stack stack_;
  Picture baseline_;
  std::vector<std::string> containers_, bare_;
};

TEST_F(DeathTest, AtEveryStepOfEveryFaultTheGuardianComesBackToTheBaseline) {
  std::set<std::string> played;
  for (const auto& fault : all_faults()) {
    if (!can_play(fault)) continue;
    size_t with_residue = 0;
    for (const auto& death : play(fault)) {
      with_residue += !residue_of(death.machine).empty();
      expect_healed(fault.schema.name, death);
    }
    // A fault that the fake machine does not feel would prove nothing.
    if (fault.schema.name != "noop") {
      EXPECT_GE(with_residue, 3u) << fault.schema.name;
    }
    played.insert(fault.schema.name);
  }
  for (const char* name : {"noop", "zone_loss", "network_partition", "network_latency",
                           "process_kill", "process_pause"})
    EXPECT_TRUE(played.contains(name)) << name;
}

// The proof above must be able to fail.
TEST_F(DeathTest, AnUndoThatIsMissingFromTheJournalIsSeen) {
  Death death{"", baseline_, ""};
  death.machine.nodes["etcd-1"] = {true, false};
  FakeRuntime runtime;
  restore(runtime, death.machine);
  ASSERT_TRUE(make_directories(dir_ + "/run"));
  ASSERT_TRUE(write_file_atomically(
      dir_ + "/run/faults.jsonl",
      R"({"step":"planned","id":"f","fault":"x","target":"","undo":[{"do":"unpause","nodes":["etcd-1"]}]})"
      "\n"));
  ASSERT_TRUE(heal_all({.runtime = runtime, .run_dir = dir_ + "/run", .settle_ms = 0}));
  EXPECT_EQ(residue(runtime, containers_, bare_)->size(), 1u);
}

}  // namespace
}  // namespace rehearse
