// Players are sent to a region, and to no other: the name servers give out its entries. Taken back
// by: the same, of the other one. Seen: by the name servers' own word; resolvers follow within the
// time that an answer holds.
#include "platform/region.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class OpenRegion final : public Action {
 public:
  explicit OpenRegion(const StepAction& step) : to_(step.params.at("to")) {}

  Status give(const ActionContext& context) override {
    if (auto edge = edge_in(context.stack, to_); !edge) return std::unexpected(edge.error());
    return open_entries(context.stack, to_);
  }
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto open = entries_open(context.stack, to_);
    if (!open || !*open) return std::nullopt;
    return Evidence{{"given_out", to_}};
  }

 private:
  const std::string to_;
};

}  // namespace

ActionSchema open_region_action_schema() {
  return {
      "open_region", "Players are sent to a region, and to no other", true, false, {{"to", true}}};
}
std::unique_ptr<Action> make_open_region_action(const StepAction& step) {
  return std::make_unique<OpenRegion>(step);
}

}  // namespace rehearse
