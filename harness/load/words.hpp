// The JSON that behaviours speak: bodies of requests and fields of answers. Boost.JSON stays inside
// load/.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "record/records.hpp"

namespace rehearse {

HttpRequest get(std::string target);
HttpRequest post(std::string target, const boost::json::object& body);

// {"key","player","currency"}: what nearly every request begins with.
boost::json::object body_of(const Operation& operation, std::string_view run_key);
// {"key","player"}
boost::json::object person_of(const Operation& operation, std::string_view run_key);

// Rounds are named per run, so that a stack that is used again sees new ones.
std::string round_name(std::string_view run_key, uint64_t round);

// An empty object where the text is none.
boost::json::object object_of(const std::string& text);
// Empty, 0 or null where the object lacks it.
std::string_view text_of(const boost::json::object& object, std::string_view name);
int64_t number_of(const boost::json::object& object, std::string_view name);

}  // namespace rehearse
