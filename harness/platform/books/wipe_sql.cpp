#include <fmt/format.h>

#include <pqxx/pqxx>

#include "platform/books/wipe.hpp"

namespace rehearse {

Status wipe_sql(const BooksSource& source, const std::vector<std::string>& statements) {
  if (source.sql_login.address.empty())
    return fail(ExitCode::machine, "the database cannot be wiped: " + source.sql_missing);
  std::string doing = "connecting";
  try {
    // A statement that waits for a lock or for its replica gives up soon: the caller tries again.
    pqxx::connection connection(
        fmt::format("{} connect_timeout=5 target_session_attrs=read-write options='-c "
                    "statement_timeout=20s -c lock_timeout=5s "
                    "-c client_min_messages=warning'",
                    connection_text(source.sql_owner)));
    pqxx::work transaction(connection);
    for (const auto& statement : statements) {
      doing = statement;
      transaction.exec(statement);
    }
    doing = "COMMIT";
    transaction.commit();
    return {};
  } catch (const std::exception& error) {
    return fail(ExitCode::machine, fmt::format("the database at {} cannot be wiped ({}): {}",
                                               source.sql_login.address, doing, error.what()));
  }
}

}  // namespace rehearse
