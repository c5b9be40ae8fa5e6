// What a node says of itself by HTTP, as a JSON object.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/http.hpp"

namespace rehearse {

// A look at a node is bounded by about half a second.
inline constexpr int64_t look_connect_ms = 300, look_total_ms = 500;

// GET, whatever the status is (who is down says why); null: no answer in time, or no object.
nlohmann::json get_json(const Endpoint& to, const std::string& path);

}  // namespace rehearse
