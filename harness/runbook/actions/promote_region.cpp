// The ledger's database of a region stops following and leads by itself. Only where the lead was
// given there first: otherwise two regions would write. Taken back by: follow_region. Seen: it has
// a leader.
#include <fmt/format.h>

#include "base/units.hpp"
#include "platform/region.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class PromoteRegion final : public Action {
 public:
  explicit PromoteRegion(const StepAction& step) : to_(step.params.at("to")) {}

  Status give(const ActionContext& context) override {
    const auto ledger = ledger_in(context.stack, to_);
    if (!ledger) return std::unexpected(ledger.error());
    const auto lead = region_lead(context.stack);
    if (!lead) return std::unexpected(lead.error());
    if (lead->holder != to_)
      return fail(ExitCode::machine, fmt::format("region {} leads by term {}: give_region first",
                                                 lead->holder, lead->term));
    evidence_ = {{"term", fmt::format("{}", lead->term)}};
    if (const auto lag = region_lag(context.stack, context.view(), to_)) {
      evidence_["newest_commit"] =
          fmt::format("{} old", format_ms(static_cast<double>(lag->age_ms)));
      evidence_["behind"] = lag->bytes ? fmt::format("{} bytes", *lag->bytes)
                                       : "unknown: nobody of the other region is seen";
    }
    return technology_of(**ledger).promote(context.stack, **ledger);
  }

  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto leader = leader_in(context.stack, context.view(), to_);
    if (!leader) return std::nullopt;
    evidence_["leads"] = *leader;
    return evidence_;
  }

 private:
  const std::string to_;
  Evidence evidence_;
};

}  // namespace

ActionSchema promote_region_action_schema() {
  return {"promote_region",
          "The ledger's database of a region, which has the lead, leads by itself",
          true,
          false,
          {{"to", true}}};
}
std::unique_ptr<Action> make_promote_region_action(const StepAction& step) {
  return std::make_unique<PromoteRegion>(step);
}

}  // namespace rehearse
