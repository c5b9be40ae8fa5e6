// SHA-256 as lower-case hex: of what a run leaves behind (manifest, scenario, chain), and keyed, of
// what players sign.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rehearse {

std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view secret, std::string_view bytes);

// Reads the file in pieces, so its size does not matter. Errors name the path and why.
Result<std::string> sha256_hex_of_file(const std::string& path);

}  // namespace rehearse
