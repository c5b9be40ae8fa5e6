#include "stack/get_json.hpp"

namespace rehearse {

nlohmann::json get_json(const Endpoint& to, const std::string& path) {
  const auto answer = http_call(to, {"GET", path, {}, ""}, look_connect_ms, look_total_ms);
  if (!answer) return {};
  auto json = nlohmann::json::parse(answer->body, nullptr, false);
  return json.is_object() ? json : nlohmann::json();
}

}  // namespace rehearse
