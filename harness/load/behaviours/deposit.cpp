// Money comes in by the player's usual method; the player looks until it is there.
#include "load/behaviours/payments.hpp"

namespace rehearse {
namespace {

void draw_deposit(Arrival& arrival, Draw& draw) {
  arrival.amount_minor = draw.random.between(1'000, 20'000);
  draw_method(arrival, draw, draw.profile.deposit_methods);
}

HttpRequest deposit_request(const Operation& operation, std::string_view run_key) {
  return payment_request(operation, run_key, "deposit");
}

}  // namespace

Behaviour deposit_behaviour() {
  return {.kind = OperationKind::deposit,
          .summary = "Money comes in, watched until it is there",
          .as_player = true,
          .draw = draw_deposit,
          .request_of = deposit_request,
          .look_of = look_at_payment,
          .looked = payment_looked};
}

}  // namespace rehearse
