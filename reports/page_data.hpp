// What report.html is made from: the document of report.json, with its long lists cut to what
// people read, and under "page" what only a page shows.
#pragma once

#include <nlohmann/json.hpp>

#include "checks/verdict.hpp"

namespace rehearse {

nlohmann::ordered_json page_data_of(const Report& report);

}  // namespace rehearse
