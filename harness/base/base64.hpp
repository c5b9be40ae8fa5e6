// Bytes as text, RFC 4648: base64 with padding, base64url without.
#pragma once

#include <optional>
#include <string>

namespace rehearse {

std::string base64_of(const std::string& bytes);
// nullopt: it is none.
std::optional<std::string> of_base64(const std::string& text);

std::string base64url_of(const std::string& bytes);
// nullopt: it is none, or not as base64url_of() writes it.
std::optional<std::string> of_base64url(const std::string& text);

}  // namespace rehearse
