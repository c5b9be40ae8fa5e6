// Timelines that are carried out with real time and no machine.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "checks/check.hpp"
#include "checks/joined.hpp"
#include "engine/fault_act.hpp"
#include "engine/fault_runner.hpp"
#include "tests/unit/base/soon.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse {

using test::soon;

// A stack of no nodes, and noop.
class FaultRunnerTest : public testing::Test {
 protected:
  FaultRunnerTest() {
    journal_ = std::move(*Journal::create(dir_ + "/faults.jsonl"));
    scenario_.observe_ms = 5000;
  }

  TimelineEntry entry(const std::string& id, int64_t at_ms, std::optional<int64_t> for_ms) {
    TimelineEntry entry;
    entry.id = id;
    entry.fault = "noop";
    entry.at_ms = at_ms;
    entry.for_ms = for_ms;
    return entry;
  }

  FaultRunner& begin(const Patience& patience = {}) {
    runner_ = std::make_unique<FaultRunner>(scenario_, fault_acts(runtime_, stack_, observer_),
                                            *journal_, recorder_, patience);
    const int64_t zero_ns = monotonic_ns();
    recorder_.set_zero(zero_ns);
    runner_->begin(zero_ns);
    return *runner_;
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  FakeRuntime runtime_;
  Stack stack_;
  Observer observer_{stack_, nullptr};
  Recorder recorder_{nullptr};
  Scenario scenario_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<FaultRunner> runner_;
};

// The same with processes to break: the nodes of a small stack, all in one component.
class ProcessFaultRunnerTest : public FaultRunnerTest {
 protected:
  ProcessFaultRunnerTest() {
    ComponentEntry wallet;
    wallet.name = "wallet";
    wallet.image = "casino";
    stack_.file.components = {wallet};
    for (const char* name : {"wallet-1", "wallet-2"}) {
      stack_.nodes.push_back({name, "wallet", "az-1", "127.0.0.1", 1, {}});
      runtime_.nodes[name] = {true, true};
    }
  }
  // The observer of the base watches a stack without nodes: nobody answers here.

  TimelineEntry process(const std::string& fault, std::optional<int64_t> for_ms) {
    auto made = entry("it", 0, for_ms);
    made.fault = fault;
    made.params["target"] = Target{{"wallet-1"}, "", 0};
    return made;
  }
  static Verdict verdict(const char* check, const rehearse::Run& run) {
    for (const auto& known : all_checks())
      if (known.name == check) return known.examine(Joined(run)).verdict;
    return Verdict::not_applicable;
  }
  // What the checks say of what was recorded, after the scan that ends a run.
  rehearse::Run run() {
    rehearse::Run recorded;
    recorded.faults = runner_->records();
    recorded.troubles = recorder_.troubles();
    recorded.residue = *residue(runtime_, {"wallet-1", "wallet-2"});
    recorded.redundancy_restored_ms = 1;
    return recorded;
  }
  bool journal_says(const std::string& step) {
    std::ifstream file(dir_ + "/faults.jsonl");
    std::stringstream text;
    text << file.rdbuf();
    return text.str().find("{\"step\":\"" + step + "\",\"id\":\"it\"") != std::string::npos;
  }
  size_t unhealed() { return read_unhealed(dir_ + "/faults.jsonl")->size(); }
};

}  // namespace rehearse
