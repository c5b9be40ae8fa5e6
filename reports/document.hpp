// The report as the JSON document of report.json, for the formats that show the same figures.
#pragma once

#include <nlohmann/json.hpp>

#include "checks/verdict.hpp"

namespace rehearse {

nlohmann::ordered_json document_of(const Report& report);  // rehearse.report/1

}  // namespace rehearse
