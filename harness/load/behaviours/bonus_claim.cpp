// A player claims the bonus of a campaign.
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

HttpRequest bonus_claim_request(const Operation& operation, std::string_view run_key) {
  auto body = body_of(operation, run_key);
  body["campaign"] = "gift";
  return post("/v1/bonuses", body);
}

}  // namespace

Behaviour bonus_claim_behaviour() {
  return {.kind = OperationKind::bonus_claim,
          .summary = "A campaign's bonus is claimed",
          .target = "bonus",
          .as_player = true,
          .request_of = bonus_claim_request};
}

}  // namespace rehearse
