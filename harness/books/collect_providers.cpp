// The outside parties' own books, by their own word and nobody else's.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "books/collect_parts.hpp"
#include "books/csv.hpp"

namespace rehearse {
namespace {

using Parties = std::vector<std::pair<std::string, Endpoint>>;

std::string field(const nlohmann::json& item, const std::string& key) {
  const auto found = item.find(key);
  if (found == item.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// What each party lists under `member` of its book. A column that is not the party's own word
// (`named`) gives its name.
Status collect_lists(const Parties& parties, const std::string& path, const char* member,
                     const CsvRow& header, const std::string& named, const std::string& file) {
  std::vector<CsvRow> rows;
  for (const auto& [name, endpoint] : parties) {
    const auto answer = http_call(endpoint, {"GET", path, {}, ""}, 2'000, 30'000);
    const auto json = answer && answer->status == 200
                          ? nlohmann::json::parse(answer->body, nullptr, false)
                          : nlohmann::json();
    if (!json.is_object() || !json.contains(member))
      return fail(
          ExitCode::inconclusive,
          fmt::format("the book of {} cannot be had: {}", name,
                      answer ? fmt::format("status {}", answer->status) : answer.error().message));
    for (const auto& item : json[member]) {
      CsvRow& row = rows.emplace_back();
      for (const auto& column : header) row.push_back(column == named ? name : field(item, column));
    }
  }
  return write_csv(file, header, rows);
}

}  // namespace

Status collect_providers(const BooksSource& source, const std::string& dir) {
  return collect_lists(source.providers, source.provider_path, "transfers",
                       {"provider", "transfer", "business_key", "direction", "amount_minor",
                        "currency", "state", "at", "fee_minor"},
                       "provider", dir + "/provider_transfers.csv");
}

Status collect_streams(const BooksSource& source, const std::string& dir) {
  return collect_lists(source.streams, source.stream_path, "samples",
                       {"table", "at_ms", "mode", "lost"}, "", dir + "/stream_samples.csv");
}

Status collect_paths(const BooksSource& source, const std::string& dir) {
  std::vector<CsvRow> rows;
  for (const PathHop& hop : source.paths)
    rows.push_back({hop.path, hop.hop, hop.component, hop.address, hop.name});
  return write_csv(dir + "/paths.csv", {"path", "hop", "component", "address", "name"}, rows);
}

}  // namespace rehearse
