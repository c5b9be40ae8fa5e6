// The reporting's own word, asked of every copy: what people would see, whichever one they ask.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "platform/books/collect_parts.hpp"
#include "record/csv.hpp"
#include "stack/technologies/clickhouse.hpp"

namespace rehearse {
namespace {

constexpr const char* columns[] = {"tx", "kind", "amount_minor", "currency", "loaded_at"};

std::unexpected<Error> no_reporting(const std::string& node, const std::string& why) {
  return fail(ExitCode::inconclusive,
              fmt::format("the reporting of {} cannot be had: {}", node, why));
}

// One JSON object a line, with the columns by their names.
Result<CsvRow> row_of(const std::string& node, std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object())
    return no_reporting(node, fmt::format("not an object: {}", line.substr(0, 80)));
  CsvRow row;
  for (const char* column : columns) {
    const auto found = json.find(column);
    if (found == json.end()) return no_reporting(node, fmt::format("it has no column {}", column));
    row.push_back(found->is_string() ? found->get<std::string>() : found->dump());
  }
  row.push_back(node);
  return row;
}

}  // namespace

Status collect_reporting(const BooksSource& source, const std::string& dir) {
  std::vector<CsvRow> rows;
  for (const auto& [node, endpoint] : source.reporting) {
    const auto answer =
        ask_clickhouse(endpoint, source.reporting_query + " FORMAT JSONEachRow", 2'000, 30'000);
    if (!answer) return no_reporting(node, answer.error().message);
    const size_t before = rows.size();
    std::string_view rest = *answer;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      auto row = row_of(node, rest.substr(0, end));
      if (!row) return std::unexpected(row.error());
      rows.push_back(std::move(*row));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    // A copy without any row could not be told from one that was never asked.
    if (rows.size() == before) return no_reporting(node, "it has loaded nothing");
  }
  return write_csv(dir + "/reporting.csv",
                   {"tx", "kind", "amount_minor", "currency", "loaded_at", "node"}, rows);
}

}  // namespace rehearse
