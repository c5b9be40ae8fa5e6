// What Redis itself holds: whole streams, from its master.
#include <fmt/format.h>

#include "base/redis.hpp"
#include "platform/books/collect_parts.hpp"

namespace rehearse {
namespace {

constexpr int64_t connect_ms = 2'000, read_ms = 10'000;
constexpr size_t entries_at_once = 1'000;
constexpr int64_t entries_max = 10'000'000;

// The fields of an entry, in the order of the columns; what it lacks is empty.
CsvRow row_of(const RedisValue& fields, const std::vector<std::string>& columns) {
  CsvRow row;
  for (const std::string& column : columns) {
    std::string& value = row.emplace_back();
    for (size_t i = 0; i + 1 < fields.items.size(); i += 2)
      if (fields.items[i].text == column) value = fields.items[i + 1].text;
  }
  return row;
}

Result<std::vector<CsvRow>> read_stream(RedisConnection& redis, const RedisStream& source) {
  std::vector<CsvRow> rows;
  std::string from = "-";
  while (std::ssize(rows) < entries_max) {
    const auto entries = redis.call(
        {"XRANGE", source.stream, from, "+", "COUNT", std::to_string(entries_at_once)}, read_ms);
    if (!entries) return fail(ExitCode::inconclusive, entries.error().message);
    if (entries->is_error()) return fail(ExitCode::inconclusive, entries->text);
    for (const RedisValue& entry : entries->items)
      if (entry.is_list(2)) rows.push_back(row_of(entry.items[1], source.columns));
    if (entries->items.size() < entries_at_once) return rows;
    from = "(" + entries->items.back().items.front().text;
  }
  return fail(ExitCode::inconclusive, fmt::format("{} has no end", source.stream));
}

}  // namespace

void collect_redis(const BooksSource& source, Shelf& shelf) {
  const auto miss = [&shelf](const std::string& what, const std::string& why) {
    shelf.miss(fmt::format("{} cannot be had: {}", what, why));
  };
  if (source.redis.port == 0) return miss("what Redis holds", "it has no master at this moment");
  const auto redis = RedisConnection::open(source.redis, source.redis_password, 0, connect_ms);
  if (!redis) return miss("what Redis holds", redis.error().message);
  for (const auto& [table, stream] : source.redis_streams) {
    const auto rows = read_stream(**redis, stream);
    if (rows)
      shelf.put(table, stream.columns, *rows);
    else
      miss("book " + table, rows.error().message);
  }
}

}  // namespace rehearse
