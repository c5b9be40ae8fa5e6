#include "base/json_strict.hpp"

#include <fmt/format.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace rehearse {

nlohmann::json parse_strictly(std::string_view text) {
  using nlohmann::json;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  return json::parse(text, [&](int, json::parse_event_t event, json& part) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(part.get<std::string>()).second)
      throw std::runtime_error(fmt::format("`{}` is there twice", part.get<std::string>()));
    return true;
  });
}

}  // namespace rehearse
