// A bet in a house game, which asks the wallet itself. Most win or lose within seconds; some are
// taken back although they were accepted.
#include <algorithm>
#include <cmath>

#include "load/behaviours/stakes.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

void draw_bet(Arrival& arrival, Draw& draw) {
  arrival.amount_minor = stake_minor(draw.random);
  arrival.round = ++draw.rounds;
}

std::vector<FollowUp> bet_follow_ups(const LoadProfile& profile) {
  return {{OperationKind::win, profile.win_share, profile.settle_after_ms},
          {OperationKind::rollback, profile.rollback_share, profile.settle_after_ms}};
}

HttpRequest bet_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["round"] = round_name(run_key, operation.round);
  body["amount_minor"] = operation.amount_minor;
  return post("/v1/bets", body);
}

}  // namespace

// 10 to 2,000 minor, most of them small: half are below 40.
int64_t stake_minor(Random& random) {
  const double u = random.uniform();
  return std::clamp<int64_t>(std::llround(10 * std::pow(200.0, u * u)), 10, 2'000);
}

Behaviour bet_behaviour() {
  return {.kind = OperationKind::bet,
          .summary = "A bet in a house game; wins and rollbacks follow",
          .as_player = true,
          .draw = draw_bet,
          .follow_ups = bet_follow_ups,
          .request_of = bet_request};
}

}  // namespace rehearse
