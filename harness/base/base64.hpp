// Bytes as text, RFC 4648 with padding.
#pragma once

#include <optional>
#include <string>

namespace rehearse {

std::string base64_of(const std::string& bytes);
// nullopt: it is none.
std::optional<std::string> of_base64(const std::string& text);

}  // namespace rehearse
