#include <fmt/format.h>

#include <pqxx/pqxx>

#include "platform/books/collect_parts.hpp"
#include "record/csv.hpp"

namespace rehearse {
namespace {

Status write_table(const std::string& path, const pqxx::result& result) {
  CsvRow header;
  for (pqxx::row::size_type column = 0; column < result.columns(); ++column)
    header.emplace_back(result.column_name(column));
  std::vector<CsvRow> rows;
  rows.reserve(static_cast<size_t>(result.size()));
  for (const auto& row : result) {
    CsvRow& fields = rows.emplace_back();
    for (const auto& field : row) fields.emplace_back(field.is_null() ? "" : field.c_str());
  }
  return write_csv(path, header, rows);
}

}  // namespace

Status collect_sql(const BooksSource& source, const std::string& dir) {
  std::string table;
  try {
    pqxx::connection connection(
        fmt::format("{} connect_timeout=5 target_session_attrs=read-write options='-c "
                    "statement_timeout=60s -c timezone=UTC'",
                    connection_text(source.sql_login)));
    pqxx::transaction<pqxx::isolation_level::repeatable_read> snapshot(connection);
    for (const auto& [name, query] : source.sql) {
      table = name;
      if (auto done = write_table(fmt::format("{}/{}.csv", dir, name), snapshot.exec(query)); !done)
        return done;
    }
    snapshot.commit();
    return {};
  } catch (const std::exception& error) {
    return fail(ExitCode::inconclusive, fmt::format("book {} cannot be had from {}: {}", table,
                                                    source.sql_login.address, error.what()));
  }
}

}  // namespace rehearse
