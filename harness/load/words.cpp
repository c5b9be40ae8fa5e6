#include "load/words.hpp"

#include <fmt/format.h>

namespace rehearse {

namespace json = boost::json;

HttpRequest get(std::string target) {
  return {"GET", std::move(target), {}, ""};
}

HttpRequest post(std::string target, const json::object& body) {
  return {"POST", std::move(target), {{"Content-Type", "application/json"}}, json::serialize(body)};
}

json::object body_of(const Operation& operation, std::string_view run_key) {
  json::object body = person_of(operation, run_key);
  body["currency"] = name_of(operation.currency);
  return body;
}

json::object person_of(const Operation& operation, std::string_view run_key) {
  return {{"key", key_of(run_key, operation.id)}, {"player", player_name(operation.player)}};
}

std::string round_name(std::string_view run_key, uint64_t round) {
  return fmt::format("{}-r{:06}", run_key, round);
}

json::object object_of(const std::string& text) {
  boost::system::error_code code;
  json::value value = json::parse(text, code);
  if (code || !value.is_object()) return {};
  return std::move(value.as_object());
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return 0;
  boost::system::error_code code;
  const auto number = value->to_number<int64_t>(code);
  return code ? 0 : number;
}

}  // namespace rehearse
