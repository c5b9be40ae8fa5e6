// The ledger's database of a region follows another one's: what it has beyond that is thrown away.
// Never of the region that leads. Taken back by: promote_region. Seen: nobody leads it, and whoever
// heads it receives the other one's log.
#include <fmt/format.h>

#include "platform/region.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class FollowRegion final : public Action {
 public:
  explicit FollowRegion(const StepAction& step)
      : region_(step.params.at("region")), of_(step.params.at("of")) {}

  Status give(const ActionContext& context) override {
    const auto own = ledger_in(context.stack, region_), other = ledger_in(context.stack, of_);
    if (!own) return std::unexpected(own.error());
    if (!other) return std::unexpected(other.error());
    const auto lead = region_lead(context.stack);
    if (!lead) return std::unexpected(lead.error());
    if (lead->holder == region_)
      return fail(ExitCode::machine, fmt::format("region {} leads by term {}: it follows nobody",
                                                 lead->holder, lead->term));
    return technology_of(**own).follow(context.stack, **own, **other);
  }

  // Of two that both follow nobody is whole: while a region is being led over, the one that heads
  // the other is enough.
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const StackView view = context.view();
    const auto lag = region_lag(context.stack, view, region_);
    if (leader_in(context.stack, view, region_) || !lag) return std::nullopt;
    return Evidence{{"follows", of_}, {"headed_by", lag->node}};
  }

 private:
  const std::string region_, of_;
};

}  // namespace

ActionSchema follow_region_action_schema() {
  return {"follow_region",
          "The ledger's database of a region, which has not the lead, follows another's",
          true,
          false,
          {{"region", true}, {"of", true}}};
}
std::unique_ptr<Action> make_follow_region_action(const StepAction& step) {
  return std::make_unique<FollowRegion>(step);
}

}  // namespace rehearse
