// How a player is known to the emergency channel.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "record/records.hpp"

namespace rehearse {

std::string contact_name(std::string_view run_key, uint32_t player);
// Chosen by the contact itself; of a rehearsal, so that nothing has to be remembered.
std::string contact_secret(std::string_view run_key, uint32_t player);
// "t=<unix>,v1=<Ed25519 by the secret, of t + "." + body>"
std::string contact_signature(std::string_view secret, std::string_view body, int64_t unix_s);
// What the contact itself says once it was registered, over the channel.
HttpRequest confirm_request(std::string_view run_key, uint32_t player);

}  // namespace rehearse
