// Fields of other people's JSON: what is missing, null or of another type is not there.
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

}  // namespace rehearse
