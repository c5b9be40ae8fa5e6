// Players reach their money by the emergency channel while the main path is out: half look, half
// cash out. Before that, whoever is not registered registers; there is nothing else to do with it.
#include "base/clock.hpp"
#include "load/behaviour.hpp"
#include "load/behaviours/contacts.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

void draw_lifeline(Arrival& arrival, Draw& draw) {
  const bool cashes_out = draw.random.chance(0.5);
  arrival.amount_minor = cashes_out ? draw.random.between(200, 1'000) : 0;
}

void adjust_lifeline(Operation& operation, const Moment& moment) {
  if (moment.path_out && moment.registered) return;
  become_balance(operation);
  if (!moment.path_out && !moment.registered) operation.kind = OperationKind::contact;
}

// Signed once: the same request in every try, which the channel takes for two minutes.
HttpRequest lifeline_request(const Operation& operation, std::string_view run_key) {
  boost::json::object body{{"key", key_of(run_key, operation.id)},
                           {"contact", contact_name(run_key, operation.player)},
                           {"operation", operation.amount_minor == 0 ? "balance" : "cashout"},
                           {"currency", name_of(operation.currency)}};
  if (operation.amount_minor != 0) body["amount_minor"] = operation.amount_minor;
  HttpRequest request = post("/v1/lifeline", body);
  request.headers.emplace_back(
      "Signature", contact_signature(contact_secret(run_key, operation.player), request.body,
                                     wall_ns() / ns_per_s));
  return request;
}

// What is refused because no emergency is on (yet), or too much was asked for at once, is not done
// and may be asked for again.
Answer understood(const HttpResponse& response) {
  Answer answer = answer_of(response);
  const bool later = response.status == 403 || response.status == 429;
  if (later && !answer.reason.empty()) answer.outcome = Outcome::failed;
  return answer;
}

}  // namespace

Behaviour lifeline_behaviour() {
  return {.kind = OperationKind::lifeline,
          .summary = "Through the emergency channel, while the main path is out",
          .target = "lifeline",
          .draw = draw_lifeline,
          .adjust = adjust_lifeline,
          .request_of = lifeline_request,
          .answer_of = understood};
}

}  // namespace rehearse
