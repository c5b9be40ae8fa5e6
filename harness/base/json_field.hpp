// JSON of what others say. Fields: what is missing, null or of another type is not there.
// nlohmann's own value() throws at a field of another type; a server that starts or ends says such.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace rehearse {

inline int64_t field(const nlohmann::json& object, const char* name, int64_t otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
}

inline bool field(const nlohmann::json& object, const char* name, bool otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

inline std::string field(const nlohmann::json& object, const char* name, const char* otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

// What others typed or named a file need not be UTF-8, and must not cost the record.
template <typename Json>
std::string utf8_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rehearse
