// A player logs in, and proves who he is by a secret that all players of the rehearsal share.
#include <fmt/format.h>

#include "base/sha256.hpp"
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

constexpr std::string_view player_secret = "player-secret";  // the stack gives it to the role

HttpRequest session_request(const Operation& operation, std::string_view run_key) {
  auto body = person_of(operation, run_key);
  body["proof"] = hmac_sha256_hex(
      player_secret,
      fmt::format("login|{}|{}", player_name(operation.player), key_of(run_key, operation.id)));
  return post("/v1/sessions", body);
}

}  // namespace

Behaviour session_behaviour() {
  return {.kind = OperationKind::session,
          .summary = "A login",
          .target = "session",
          .request_of = session_request};
}

}  // namespace rehearse
