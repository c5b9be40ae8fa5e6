// A round at a studio outside, which drives it server to server: the spin is accepted once the
// casino took its bet, and watched until the studio has closed the round and all of it was paid.
#include <array>

#include "load/behaviours/stakes.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

constexpr std::array<std::string_view, 2> round_done = {"settled", "void"};
constexpr std::array<std::string_view, 2> round_undone = {"rejected", "cancelled"};

void draw_spin(Arrival& arrival, Draw& draw) {
  arrival.amount_minor = stake_minor(draw.random);
  arrival.node = static_cast<uint8_t>(draw.random.between(0, 255));
}

HttpRequest spin_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["amount_minor"] = operation.amount_minor;
  body["game"] = "slots";
  return post("/v1/spins", body);
}

HttpRequest look_of(const Operation& watched, std::string_view run_key) {
  return get("/v1/rounds/" + key_of(run_key, watched.id));
}

// What the round gave back is only known once nothing of it is still to come.
Answer looked(const HttpResponse& response) {
  Answer answer = look_answer_of(response, round_done, round_undone, "returned_minor");
  if (is_final(answer.outcome) && number_of(object_of(response.body), "to_come") > 0) {
    answer.outcome = Outcome::unknown;
    answer.reason = "to_come";
  }
  return answer;
}

}  // namespace

Behaviour spin_behaviour() {
  return {.kind = OperationKind::spin,
          .summary = "A round at a studio, watched until it is closed",
          .target = "studio",
          .opens_game = true,
          .stays = true,
          .draw = draw_spin,
          .request_of = spin_request,
          .look_of = look_of,
          .looked = looked,
          .watch_ms = 10'000};  // free rounds pay seconds after the end
}

}  // namespace rehearse
