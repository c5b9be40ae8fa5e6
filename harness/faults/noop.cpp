// Breaks nothing. It goes through the whole mechanism all the same, so that a quiet run shows what
// the mechanism itself costs and that a healthy platform is found healthy.
// Effect: the moment of injection was reached; the evidence says so and nothing more.
#include "faults/fault.hpp"

namespace rehearse {
namespace {

class Noop final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    return PlannedFault{context.entry.id, "noop", "nothing", {}};
  }
  Status inject(Effects&) override {
    injected_ = true;
    return {};
  }
  Result<std::optional<Evidence>> effect(Effects&) override {
    if (!injected_) return std::nullopt;
    return Evidence{{"touched", "nothing"}};
  }
  Result<Evidence> restored(Effects&) override { return Evidence{}; }
  bool disruptive() const override { return false; }

 private:
  bool injected_ = false;
};

}  // namespace

FaultSchema noop_schema() {
  return {"noop", "Breaks nothing: the control of every comparison", Length::lasting, {}};
}
std::unique_ptr<Fault> make_noop() {
  return std::make_unique<Noop>();
}

}  // namespace rehearse
