#include "reports/differences.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "reports/report.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

constexpr const char* judged_parts[] = {"expect", "verdict", "met",    "rto",
                                        "rpo",    "slo",     "checks", "pnl"};

std::string shown(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Rows are called by what they are of, where they say it.
std::string called(const json& row, size_t place) {
  for (const char* key : {"check", "store", "currency"})
    if (row.is_object() && row.contains(key)) return shown(row[key]);
  return std::to_string(place);
}

void compare_json(const json& recorded, const json& now, const std::string& path,
                  ReportDifferences& differences) {
  if (recorded.is_object() && now.is_object()) {
    for (const auto& [key, value] : recorded.items()) {
      const auto found = now.find(key);
      compare_json(value, found == now.end() ? json() : *found, path + "/" + key, differences);
    }
    return;
  }
  if (recorded.is_array() && now.is_array() && recorded.size() == now.size()) {
    for (size_t i = 0; i < recorded.size(); ++i)
      compare_json(recorded[i], now[i], fmt::format("{}/{}", path, called(now[i], i)), differences);
    return;
  }
  ++differences.compared;
  if (recorded != now)
    differences.found.push_back(
        fmt::format("{}: {:.120}, recomputed {:.120}", path, shown(recorded), shown(now)));
}

}  // namespace

Result<ReportDifferences> differences_from(std::string_view recorded_json, const Report& report) {
  std::ostringstream text;
  write_json(text, report);
  try {
    const json recorded = json::parse(recorded_json), now = json::parse(text.str());
    if (recorded.at("schema") != now.at("schema")) throw std::runtime_error("of another schema");
    ReportDifferences differences;
    for (const char* part : judged_parts)
      compare_json(recorded.at(part), now.at(part), fmt::format("/{}", part), differences);
    return differences;
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("report.json: {}", error.what()));
  }
}

}  // namespace rehearse
