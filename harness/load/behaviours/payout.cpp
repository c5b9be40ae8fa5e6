// Money goes out by the player's usual method; the player looks until it was paid. Some think
// better of it and cancel.
#include "load/behaviours/payments.hpp"

namespace rehearse {
namespace {

constexpr double cancel_after_ms = 400;  // soon, while no provider has it

void draw_payout(Arrival& arrival, Draw& draw) {
  arrival.amount_minor = draw.random.between(500, 5'000);
  draw_method(arrival, draw, draw.profile.payout_methods);
}

std::vector<FollowUp> payout_follow_ups(const LoadProfile& profile) {
  return {{OperationKind::cancel, profile.cancel_share, cancel_after_ms}};
}

HttpRequest payout_request(const Operation& operation, std::string_view run_key) {
  return payment_request(operation, run_key, "payout");
}

}  // namespace

Behaviour payout_behaviour() {
  return {.kind = OperationKind::payout,
          .summary = "Money goes out, watched until it was paid; some are cancelled",
          .as_player = true,
          .draw = draw_payout,
          .follow_ups = payout_follow_ups,
          .request_of = payout_request,
          .look_of = look_at_payment,
          .looked = payment_looked};
}

}  // namespace rehearse
