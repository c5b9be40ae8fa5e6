// The providers' own books, by their own word and nobody else's.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "books/collect_parts.hpp"
#include "books/csv.hpp"

namespace rehearse {
namespace {

std::string field(const nlohmann::json& item, const char* key) {
  const auto found = item.find(key);
  if (found == item.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

Status collect_providers(const BooksSource& source, const std::string& dir) {
  const CsvRow header = {"provider",     "transfer", "business_key", "direction",
                         "amount_minor", "currency", "state",        "at"};
  std::vector<CsvRow> rows;
  for (const auto& [name, endpoint] : source.providers) {
    const auto answer = http_call(endpoint, {"GET", source.provider_path, {}, ""}, 2'000, 30'000);
    const auto json = answer && answer->status == 200
                          ? nlohmann::json::parse(answer->body, nullptr, false)
                          : nlohmann::json();
    if (!json.is_object() || !json.contains("transfers"))
      return fail(
          ExitCode::inconclusive,
          fmt::format("the book of {} cannot be had: {}", name,
                      answer ? fmt::format("status {}", answer->status) : answer.error().message));
    for (const auto& item : json["transfers"]) {
      CsvRow row = {name};
      for (size_t i = 1; i < header.size(); ++i) row.push_back(field(item, header[i].c_str()));
      rows.push_back(std::move(row));
    }
  }
  return write_csv(dir + "/provider_transfers.csv", header, rows);
}

}  // namespace rehearse
