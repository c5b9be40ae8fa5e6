// The reporting's own word, asked of every copy: what people would see, whichever one they ask.
#include <fmt/format.h>

#include <expected>
#include <nlohmann/json.hpp>
#include <string_view>

#include "platform/books/collect_parts.hpp"
#include "stack/technologies/clickhouse.hpp"

namespace rehearse {
namespace {

constexpr const char* columns[] = {"tx", "kind", "amount_minor", "currency", "loaded_at"};

template <typename T>
using OrWhy = std::expected<T, std::string>;

// One JSON object a line, with the columns by their names.
OrWhy<CsvRow> row_of(const std::string& node, std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object())
    return std::unexpected(fmt::format("not an object: {}", line.substr(0, 80)));
  CsvRow row;
  for (const char* column : columns) {
    const auto found = json.find(column);
    if (found == json.end()) return std::unexpected(fmt::format("it has no column {}", column));
    row.push_back(found->is_string() ? found->get<std::string>() : found->dump());
  }
  row.push_back(node);
  return row;
}

OrWhy<std::vector<CsvRow>> rows_of(const std::string& node, const Endpoint& endpoint,
                                   const BooksSource& source) {
  const auto answer = ask_clickhouse(endpoint, source.reporting_password,
                                     source.reporting_query + " FORMAT JSONEachRow", 2'000, 30'000);
  if (!answer) return std::unexpected(answer.error().message);
  std::vector<CsvRow> rows;
  std::string_view rest = *answer;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    auto row = row_of(node, rest.substr(0, end));
    if (!row) return std::unexpected(row.error());
    rows.push_back(std::move(*row));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  // A copy without any row could not be told from one that was never asked.
  if (rows.empty()) return std::unexpected(std::string("it has loaded nothing"));
  return rows;
}

}  // namespace

void collect_reporting(const BooksSource& source, Shelf& shelf) {
  shelf.put_shares("reporting", {"tx", "kind", "amount_minor", "currency", "loaded_at", "node"},
                   "the reporting", source.reporting,
                   [&](const Endpoint& endpoint, const std::string& node) {
                     return rows_of(node, endpoint, source);
                   });
}

}  // namespace rehearse
