// A bet is taken back, also one that nobody answered for; not one that was declined.
#include "load/behaviour.hpp"
#include "load/behaviours/sessions.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

void adjust_rollback(Operation& operation, const Moment& moment) {
  if (!moment.related_begun || moment.related_outcome == Outcome::rejected) {
    become_balance(operation);
  }
}

// It gives back what the bet took: it names no amount.
HttpRequest rollback_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["round"] = round_name(run_key, operation.round);
  body["bet"] = key_of(run_key, operation.related);
  HttpRequest request = post("/v1/rollbacks", body);
  sign_as_game(request);
  return request;
}

}  // namespace

Behaviour rollback_behaviour() {
  return {.kind = OperationKind::rollback,
          .summary = "A bet is taken back",
          .target = "house",
          .starts = false,
          .adjust = adjust_rollback,
          .request_of = rollback_request};
}

}  // namespace rehearse
