#include "engine/fault_act.hpp"

#include <chrono>
#include <thread>

#include "base/clock.hpp"
#include "faults/fault.hpp"

namespace rehearse {
namespace {

// What was undone shows after a moment: a server loads its zone anew, a process begins to serve.
// Then its undo is carried out again.
constexpr int64_t restored_ms = 2'000;
constexpr auto restored_poll = std::chrono::milliseconds(50);

class FaultAct final : public Act {
 public:
  FaultAct(const FaultEntry& kind, const FaultContext& context, std::function<StackView()> view)
      : kind_(kind), context_(context), view_(std::move(view)), fault_(kind.make()) {}

  Result<PlannedFault> plan() override {
    context_.view = view_();
    auto planned = fault_->plan(context_);
    if (planned) undo_ = planned->undo;
    return planned;
  }
  Status begin() override { return fault_->inject(context_.runtime); }
  Result<std::optional<Evidence>> poll() override { return fault_->effect(context_.runtime); }
  Result<bool> holds() override { return fault_->holds(context_.runtime); }
  Status refresh() override { return fault_->refresh(context_.runtime); }

  Result<Evidence> end() override {
    if (!seen_) seen_ = fault_->afterwards(context_.runtime);
    if (auto done = undo(context_.runtime, undo_); !done) return std::unexpected(done.error());
    const auto restored = see_restored();
    if (!restored) return restored;
    seen_->insert(restored->begin(), restored->end());
    return *seen_;
  }

  bool disruptive() const override { return fault_->disruptive(); }
  bool lasts() const override { return kind_.schema.length == Length::lasting; }

 private:
  Result<Evidence> see_restored() {
    const int64_t deadline_ns = monotonic_ns() + restored_ms * ns_per_ms;
    auto restored = fault_->restored(context_.runtime);
    while (!restored && monotonic_ns() < deadline_ns) {
      std::this_thread::sleep_for(restored_poll);
      restored = fault_->restored(context_.runtime);
    }
    return restored;
  }

  const FaultEntry& kind_;
  FaultContext context_;
  const std::function<StackView()> view_;
  const std::unique_ptr<Fault> fault_;
  std::vector<UndoStep> undo_;
  std::optional<Evidence> seen_;  // over the whole duration; set when its end began
};

}  // namespace

MakeAct fault_acts(Effects& effects, const Stack& stack, std::function<StackView()> view) {
  return [&effects, &stack, view = std::move(view)](const TimelineEntry& entry,
                                                    std::mt19937_64& random) {
    const FaultContext context{effects, stack, {}, entry, random};
    return std::make_unique<FaultAct>(*find_fault(entry.fault), context, view);
  };
}

MakeAct fault_acts(Effects& effects, const Stack& stack, const Observer& observer) {
  return fault_acts(effects, stack, [&observer] { return observer.view(); });
}

}  // namespace rehearse
