// A player asks for credit and is told at once: a decision either way is an answer. What it says is
// in the amount, which is 0 where no lender gives anything.
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

void draw_credit(Arrival& arrival, Draw& draw) {
  arrival.amount_minor = draw.random.between(10, 200) * 100;
}

HttpRequest credit_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["amount_minor"] = operation.amount_minor;
  return post("/v1/credit/decisions", body);
}

}  // namespace

Behaviour credit_behaviour() {
  return {.kind = OperationKind::credit,
          .summary = "An instant decision on credit",
          .target = "credit",
          .as_player = true,
          .draw = draw_credit,
          .request_of = credit_request};
}

}  // namespace rehearse
