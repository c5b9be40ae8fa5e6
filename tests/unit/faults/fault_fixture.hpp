// What the tests of single faults share: the reference stack, a runtime without a machine, and a
// view in which postgres-2 leads.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "../runtime/fake_runtime.hpp"
#include "faults/fault.hpp"

namespace rehearse {

class FaultTest : public testing::Test {
 protected:
  explicit FaultTest(const std::string& fault, const std::string& stack = "one-region")
      : stack_(*make_stack(
            *read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/" + stack + ".yaml"), {})) {
    entry_.id = "it";
    entry_.fault = fault;
    for (const auto& node : stack_.nodes)
      if (stack_.has_container(node)) runtime_.nodes[node.name] = {true, true};
    view_.nodes["postgres-1"].role = "replica";
    view_.nodes["postgres-2"].role = "primary";
    view_.nodes["postgres-3"].role = "sync";
    view_.nodes["wallet-1"].role = "writer";
    view_.nodes["wallet-2"].role = "standby";
  }

  Result<PlannedFault> plan() {
    fault_ = find_fault(entry_.fault)->make();
    return fault_->plan({runtime_, stack_, view_, entry_, random_});
  }
  Result<PlannedFault> plan(const Target& target) {
    entry_.params["target"] = target;
    return plan();
  }
  // The evidence of the effect; nullopt also where it cannot be said.
  std::optional<Evidence> seen() {
    const auto evidence = fault_->effect(runtime_);
    return evidence ? *evidence : std::nullopt;
  }

  Stack stack_;
  FakeRuntime runtime_;
  StackView view_;
  TimelineEntry entry_;
  std::mt19937_64 random_{7};
  std::unique_ptr<Fault> fault_;
};

}  // namespace rehearse
