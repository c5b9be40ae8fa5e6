// JSON that says each thing once.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace rehearse {

// A key twice says two things, and the library keeps the last without a word. Throws
// std::exception, with where and why, also where it is no JSON.
nlohmann::json parse_strictly(std::string_view text);

}  // namespace rehearse
