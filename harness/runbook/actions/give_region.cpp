// A region leads from now on, by the witness' word, and the one before it has ended. Taken back by:
// the same, to the other one. Seen: whoever wrote there says that he does not lead any more, or the
// time is over for which he may have believed it.
#include <fmt/format.h>

#include "base/clock.hpp"
#include "platform/region.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class GiveRegion final : public Action {
 public:
  explicit GiveRegion(const StepAction& step) : to_(step.params.at("to")) {}

  Status give(const ActionContext& context) override {
    if (auto there = ledger_in(context.stack, to_); !there) return std::unexpected(there.error());
    const auto lead = give_lead(context.stack, to_);
    if (!lead) return std::unexpected(lead.error());
    given_ns_ = monotonic_ns();
    term_ = lead->term;
    return {};
  }

  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto silent = not_yielded(context.stack, context.view(), to_, given_ns_);
    const int64_t waited_ms = (monotonic_ns() - given_ns_) / ns_per_ms;
    if (!silent.empty() && waited_ms < lead_lasts_ms(context.stack)) return std::nullopt;
    return Evidence{{"leads", to_},
                    {"term", fmt::format("{}", term_)},
                    {"yielded", silent.empty() ? "all writers of the other region say so"
                                               : fmt::format("after {} ms, by time", waited_ms)}};
  }

 private:
  const std::string to_;
  int64_t given_ns_ = 0, term_ = 0;
};

}  // namespace

ActionSchema give_region_action_schema() {
  return {"give_region",
          "The lead goes to a region, and nobody of the other one acts on it any more",
          true,
          true,
          {{"to", true}}};
}
std::unique_ptr<Action> make_give_region_action(const StepAction& step) {
  return std::make_unique<GiveRegion>(step);
}

}  // namespace rehearse
