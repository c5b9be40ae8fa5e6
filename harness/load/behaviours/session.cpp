// A player logs in, and proves who he is by a secret that all players of the rehearsal share.
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/sha256.hpp"
#include "load/behaviour.hpp"
#include "load/behaviours/sessions.hpp"
#include "load/words.hpp"

namespace rehearse {

namespace {

constexpr std::string_view player_secret = "player-secret";  // the stack gives it to the role
constexpr std::string_view house_secret = "house-secret";    // and this one to the wallet

HttpRequest session_request(const Operation& operation, std::string_view run_key) {
  return login_request(player_name(operation.player), key_of(run_key, operation.id));
}

}  // namespace

HttpRequest login_request(const std::string& player, const std::string& key) {
  return post("/v1/sessions",
              {{"key", key},
               {"player", player},
               {"proof", hmac_sha256_hex(player_secret, fmt::format("login|{}|{}", player, key))}});
}

Tokens tokens_of(const HttpResponse& response) {
  if (response.status != 200) return {};
  const auto told = object_of(response.body);
  return {std::string(text_of(told, "token")), std::string(text_of(told, "launch"))};
}

void sign_as_game(HttpRequest& request) {
  const int64_t unix_s = wall_ns() / ns_per_s;
  request.headers.emplace_back(
      "Game-Signature",
      fmt::format("t={},v1={}", unix_s,
                  hmac_sha256_hex(house_secret,
                                  fmt::format("{}.{}\n{}", unix_s, request.target, request.body))));
}

Behaviour session_behaviour() {
  return {.kind = OperationKind::session,
          .summary = "A login",
          .target = "session",
          .request_of = session_request};
}

}  // namespace rehearse
