// A bet, its win and a payout of one unit go through a region's own edge before players do. Nothing
// to take back: they are a player's, and in the history. Seen: all of them were acknowledged.
#include <fmt/format.h>

#include "platform/region.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class CanaryOperations final : public Action {
 public:
  explicit CanaryOperations(const StepAction& step) : region_(step.params.at("region")) {}

  Status give(const ActionContext& context) override {
    const auto edge = edge_in(context.stack, region_);
    if (!edge) return std::unexpected(edge.error());
    if (!context.try_edge) return fail(ExitCode::machine, "no load is there to play them");
    edge_ = *edge;
    trial_ = context.try_edge(edge_);
    return {};
  }

  // One that failed is no proof that the region does not serve: it is tried again until the
  // deadline.
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    if (trial_->failed) {
      trial_ = context.try_edge(edge_);
      ++again_;
    }
    if (trial_->acknowledged < EdgeTrial::operations) return std::nullopt;
    return Evidence{{"acknowledged", fmt::format("{}", EdgeTrial::operations)},
                    {"by", edge_.address},
                    {"first_operation", fmt::format("{}", trial_->first_operation.load())},
                    {"tried_before", fmt::format("{}", again_)}};
  }

 private:
  const std::string region_;
  Endpoint edge_;
  std::shared_ptr<const EdgeTrial> trial_;
  int again_ = 0;
};

}  // namespace

ActionSchema canary_operations_action_schema() {
  return {"canary_operations",
          "A bet, its win and a payout of one unit go through a region's edge",
          false,
          false,
          {{"region", true}}};
}
std::unique_ptr<Action> make_canary_operations_action(const StepAction& step) {
  return std::make_unique<CanaryOperations>(step);
}

}  // namespace rehearse
