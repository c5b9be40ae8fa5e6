// A player registers with the emergency channel, over the main path and before anything is out.
#include <fmt/format.h>

#include "base/sha256.hpp"
#include "load/behaviour.hpp"
#include "load/behaviours/contacts.hpp"
#include "load/words.hpp"

namespace rehearse {

std::string contact_name(std::string_view run_key, uint32_t player) {
  return fmt::format("{}-{}", run_key, player_name(player));
}

std::string contact_secret(std::string_view run_key, uint32_t player) {
  return sha256_hex("contact " + contact_name(run_key, player));
}

std::string contact_signature(std::string_view secret, std::string_view body, int64_t unix_s) {
  return fmt::format("t={},v1={}", unix_s,
                     hmac_sha256_hex(secret, fmt::format("{}.{}", unix_s, body)));
}

namespace {

HttpRequest contact_request(const Operation& operation, std::string_view run_key) {
  auto body = person_of(operation, run_key);
  body["contact"] = contact_name(run_key, operation.player);
  body["secret"] = contact_secret(run_key, operation.player);
  return post("/v1/lifeline/contacts", body);
}

}  // namespace

Behaviour contact_behaviour() {
  return {.kind = OperationKind::contact,
          .summary = "A player registers for the emergency channel",
          .as_player = true,
          .starts = false,
          .request_of = contact_request};
}

}  // namespace rehearse
