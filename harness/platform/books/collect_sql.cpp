#include <fmt/format.h>

#include <pqxx/pqxx>

#include "platform/books/collect_parts.hpp"

namespace rehearse {
namespace {

void put(Shelf& shelf, const std::string& table, const pqxx::result& result) {
  CsvRow header;
  for (pqxx::row::size_type column = 0; column < result.columns(); ++column)
    header.emplace_back(result.column_name(column));
  std::vector<CsvRow> rows;
  rows.reserve(static_cast<size_t>(result.size()));
  for (const auto& row : result) {
    CsvRow& fields = rows.emplace_back();
    for (const auto& field : row) fields.emplace_back(field.is_null() ? "" : field.c_str());
  }
  shelf.put(table, header, rows);
}

}  // namespace

void collect_sql(const BooksSource& source, Shelf& shelf) {
  const auto miss = [&](std::string_view what, std::string_view why) {
    shelf.miss(fmt::format("{} cannot be had from {}: {}", what, source.sql_login.address, why));
  };
  if (source.sql_login.address.empty())
    return shelf.miss("the database's books cannot be had: " + source.sql_missing);
  try {
    pqxx::connection connection(
        fmt::format("{} connect_timeout=5 target_session_attrs=read-write options='-c "
                    "statement_timeout=60s -c timezone=UTC'",
                    connection_text(source.sql_login)));
    pqxx::transaction<pqxx::isolation_level::repeatable_read> snapshot(connection);
    for (const auto& [table, query] : source.sql) {
      try {
        pqxx::subtransaction alone(snapshot, table);  // a query that fails spoils no other
        const pqxx::result result = alone.exec(query);
        alone.commit();
        put(shelf, table, result);
      } catch (const pqxx::sql_error& error) {
        miss("book " + table, error.what());
      }
    }
    snapshot.commit();
  } catch (const std::exception& error) {
    miss("what was not read yet of the database's books", error.what());
  }
}

}  // namespace rehearse
