// A withdrawal that was accepted is taken back; too late is an answer too. Of one that was not
// accepted there is nothing to take back.
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

void adjust_cancel(Operation& operation, const Moment& moment) {
  if (!moment.related_begun || moment.related_outcome != Outcome::ok) become_balance(operation);
}

HttpRequest cancel_request(const Operation& operation, std::string_view run_key) {
  return post("/v1/payments/" + key_of(run_key, operation.related) + "/cancel",
              person_of(operation, run_key));
}

}  // namespace

Behaviour cancel_behaviour() {
  return {.kind = OperationKind::cancel,
          .summary = "A withdrawal is taken back",
          .target = "cancel",
          .as_player = true,
          .starts = false,
          .adjust = adjust_cancel,
          .request_of = cancel_request};
}

}  // namespace rehearse
