// A player registers with the emergency channel, over the main path and before anything is out.
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
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
                     ed25519_sign(secret, fmt::format("{}.{}", unix_s, body)));
}

HttpRequest confirm_request(std::string_view run_key, uint32_t player) {
  const std::string contact = contact_name(run_key, player);
  HttpRequest request =
      post("/v1/lifeline",
           {{"key", contact + "-confirms"}, {"contact", contact}, {"operation", "confirm"}});
  request.headers.emplace_back("Signature", contact_signature(contact_secret(run_key, player),
                                                              request.body, wall_ns() / ns_per_s));
  return request;
}

namespace {

HttpRequest contact_request(const Operation& operation, std::string_view run_key) {
  auto body = person_of(operation, run_key);
  body["contact"] = contact_name(run_key, operation.player);
  body["public_key"] = ed25519_public(contact_secret(run_key, operation.player));
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
