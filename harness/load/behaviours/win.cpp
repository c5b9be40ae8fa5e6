// What a house game pays for a bet. Of a bet that was declined nothing is won; one that nobody
// answered for is taken back instead, as games do that do not know.
#include <algorithm>
#include <cmath>

#include "load/behaviour.hpp"
#include "load/behaviours/sessions.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

// 0.5 to 20 times the stake, 2.2 times on average: at 42% of bets about 94% go back to players.
void draw_win(Arrival& arrival, Draw& draw) {
  const double times = std::min(20.0, 0.5 + draw.random.exponential(1.75));
  const double minor = static_cast<double>(arrival.amount_minor) * times;
  arrival.amount_minor = std::max<int64_t>(1, std::llround(minor));
}

void adjust_win(Operation& operation, const Moment& moment) {
  if (!moment.related_begun || moment.related_outcome == Outcome::rejected) {
    return become_balance(operation);
  }
  if (moment.related_outcome == Outcome::ok) return;
  operation.kind = OperationKind::rollback;
  operation.amount_minor = moment.related_amount_minor;
}

HttpRequest win_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["round"] = round_name(run_key, operation.round);
  body["bet"] = key_of(run_key, operation.related);
  body["amount_minor"] = operation.amount_minor;
  HttpRequest request = post("/v1/wins", body);
  sign_as_game(request);
  return request;
}

}  // namespace

Behaviour win_behaviour() {
  return {.kind = OperationKind::win,
          .summary = "What a bet wins",
          .target = "house",
          .starts = false,
          .draw = draw_win,
          .adjust = adjust_win,
          .request_of = win_request};
}

}  // namespace rehearse
