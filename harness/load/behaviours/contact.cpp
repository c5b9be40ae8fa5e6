// A player registers with the emergency channel, over the main path and before anything is out.
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

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
  const std::string text = fmt::format("{}.{}", unix_s, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  std::string signature = fmt::format("t={},v1=", unix_s);
  for (unsigned int i = 0; i < size; ++i) signature += fmt::format("{:02x}", mac.at(i));
  return signature;
}

namespace {

HttpRequest request_of(const Operation& operation, std::string_view run_key) {
  auto body = person_of(operation, run_key);
  body["contact"] = contact_name(run_key, operation.player);
  body["secret"] = contact_secret(run_key, operation.player);
  return post("/v1/lifeline/contacts", body);
}

}  // namespace

Behaviour contact_behaviour() {
  return {.kind = OperationKind::contact,
          .summary = "A player registers for the emergency channel",
          .starts = false,
          .request_of = request_of};
}

}  // namespace rehearse
