// Not a failure but what answers one: the ledger's database is restored, to what was committed some
// time before now, on a node that reaches nobody but the store of backups. Players play on.
//
// Heals by: nothing is to be undone; what was restored stays apart, until its books are collected.
// Effect: the node says that it restores. (What came of it is judged by `restore_proof`.)
#include <fmt/format.h>

#include "base/clock.hpp"
#include "faults/fault.hpp"
#include "platform/backups.hpp"

namespace rehearse {
namespace {

class RestoreToTime final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    backups_.emplace(context.runtime, context.stack);
    if (!backups_->restorer())
      return fail(ExitCode::inconclusive, "the stack has no node that restores go to");
    const auto primary = context.platform().holder_of(context.view, Purpose::ledger, Rank::leader);
    if (!primary) return std::unexpected(primary.error());
    primary_ = *primary;
    ago_ns_ = std::get<int64_t>(context.entry.params.at("to")) * ns_per_ms;
    return PlannedFault{context.entry.id, "restore_to_time", backups_->restorer()->name, {}};
  }

  Status inject(Effects&) override {
    target_at_ = rfc3339(wall_ns() - ago_ns_);
    return backups_->begin_restore(primary_, target_at_);
  }

  Result<std::optional<Evidence>> effect(Effects&) override {
    return Evidence{{"to", target_at_}, {"of", primary_}};
  }

  Result<Evidence> restored(Effects&) override { return Evidence{}; }

  bool disruptive() const override { return false; }

 private:
  std::optional<Backups> backups_;
  std::string primary_, target_at_;
  int64_t ago_ns_ = 0;
};

}  // namespace

FaultSchema restore_to_time_schema() {
  return {
      "restore_to_time",
      "No failure: the ledger's database is restored to so long before now, apart from everybody",
      Length::once,
      {{"to", ParamType::duration, true, {}, 0, 3'600'000}},
      true};
}
std::unique_ptr<Fault> make_restore_to_time() {
  return std::make_unique<RestoreToTime>();
}

}  // namespace rehearse
