#include "platform/database.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "stack/technology.hpp"
#include "undo/superuser.hpp"

namespace rehearse {
namespace {

constexpr int64_t look_for_stop_ms = 50;
constexpr size_t name_length_max = 63;  // the server cuts longer ones
constexpr const char* settings =
    "-c lock_timeout=5s -c statement_timeout=10s -c idle_in_transaction_session_timeout=5s "
    "-c client_connection_check_interval=1s";

// False: the deadline came first, or somebody asked to stop.
bool wait_ready(int socket, short events, int64_t deadline_ns, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const int64_t left_ms = (deadline_ns - monotonic_ns()) / ns_per_ms;
    if (left_ms <= 0) return false;
    pollfd waited{socket, events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min(left_ms, look_for_stop_ms)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

// Of a refused connection libpq says it in words only: "… FATAL:  53300: sorry, too many clients".
std::string sqlstate_in(const std::string& message) {
  constexpr std::string_view before = "FATAL:  ";
  constexpr size_t length = 5;
  const size_t found = message.find(before);
  if (found == std::string::npos) return "";
  const size_t at = found + before.size();
  if (at + length >= message.size() || message[at + length] != ':') return "";
  const std::string code = message.substr(at, length);
  const bool plain =
      std::ranges::all_of(code, [](unsigned char c) { return std::isdigit(c) || std::isupper(c); });
  return plain ? code : "";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string field_of(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

}  // namespace

DatabaseLogin reader_login(const Stack& stack, const std::string& node) {
  const auto& books = stack.file.books;
  const Endpoint at = client_endpoint(stack, *stack.find(node));
  return {at.address, books.sql_user, books.sql_password, books.sql_database, at.port};
}

DatabaseLogin owner_login(const Stack& stack, const std::string& node) {
  DatabaseLogin login = reader_login(stack, node);
  login.user = stack.file.books.sql_owner;
  login.password = stack.file.books.sql_owner_password;
  return login;
}

std::string connection_text(const DatabaseLogin& login) {
  return fmt::format("hostaddr={} port={} user={} password={} dbname={}", login.address, login.port,
                     login.user, login.password, login.database);
}

std::string session_name(const std::string& fault_id) {
  return ("rehearse-" + fault_id).substr(0, name_length_max);
}

// Ids have letters, digits, - and _ only: nothing to quote.
UndoStep end_sessions(const std::string& node, const std::string& session_name) {
  return {"sql",
          {node},
          fmt::format("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE application_name = '{}'",
                      session_name)};
}

// One that stands still would not answer.
Result<int64_t> sessions_left(Effects& runtime, const std::string& node,
                              const std::string& session_name) {
  const auto states = runtime.states();
  if (!states) return std::unexpected(states.error());
  const auto state = states->find(node);
  if (state == states->end() || !state->second.running || state->second.paused) return 0;
  const std::string wanted = session_name.empty()
                                 ? fmt::format("LIKE '{}%'", rehearse::session_name(""))
                                 : fmt::format("= '{}'", session_name);
  const auto printed = runtime.exec(node, superuser_psql("SELECT count(*) FROM pg_stat_activity "
                                                         "WHERE application_name " +
                                                         wanted));
  if (!printed) return std::unexpected(printed.error());
  return std::atoll(printed->c_str());
}

DatabaseResult<std::unique_ptr<DatabaseSession>> DatabaseSession::open(
    const DatabaseLogin& login, const std::string& name, int64_t deadline_ms,
    const std::stop_token& stop) {
  const int64_t deadline_ns = monotonic_ns() + deadline_ms * ns_per_ms;
  const std::string port = std::to_string(login.port);
  const std::vector<std::pair<const char*, const char*>> given = {
      {"hostaddr", login.address.c_str()},
      {"port", port.c_str()},
      {"user", login.user.c_str()},
      {"password", login.password.c_str()},
      {"dbname", login.database.c_str()},
      {"application_name", name.c_str()},
      {"options", settings},
      {"sslmode", "disable"},
      {"gssencmode", "disable"},
      {"tcp_user_timeout", "3000"}};
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : given) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* connection = PQconnectStartParams(keys.data(), values.data(), 0);
  if (!connection) return std::unexpected(DatabaseError{"", "no memory for a connection"});
  std::unique_ptr<DatabaseSession> session(new DatabaseSession(connection));
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  auto next = PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
    const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_ready(PQsocket(connection), events, deadline_ns, stop))
      return std::unexpected(DatabaseError{
          "", fmt::format("{}: no connection within {} ms", login.address, deadline_ms)});
    next = PQconnectPoll(connection);
  }
  if (next == PGRES_POLLING_OK) return session;
  const std::string message = PQerrorMessage(connection);
  return std::unexpected(DatabaseError{sqlstate_in(message), first_line(message)});
}

DatabaseSession::~DatabaseSession() {
  PQfinish(connection_);
}

DatabaseError DatabaseSession::gone(const std::string& why) {
  broken_ = true;
  return {"", why};
}

DatabaseResult<std::string> DatabaseSession::ask(const std::string& statement, int64_t deadline_ms,
                                                 const std::stop_token& stop) {
  if (broken_) return std::unexpected(gone("the connection is broken"));
  const int64_t deadline_ns = monotonic_ns() + deadline_ms * ns_per_ms;
  if (PQsendQuery(connection_, statement.c_str()) == 0)
    return std::unexpected(gone(first_line(PQerrorMessage(connection_))));
  std::string first;
  std::optional<DatabaseError> error;
  while (true) {
    while (PQisBusy(connection_)) {
      if (!wait_ready(PQsocket(connection_), POLLIN, deadline_ns, stop))
        return std::unexpected(gone(fmt::format("no answer within {} ms", deadline_ms)));
      if (PQconsumeInput(connection_) == 0)
        return std::unexpected(gone(first_line(PQerrorMessage(connection_))));
    }
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(connection_), PQclear);
    if (!result) break;
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR)
      error = DatabaseError{field_of(result.get(), PG_DIAG_SQLSTATE),
                            field_of(result.get(), PG_DIAG_MESSAGE_PRIMARY)};
    if (status == PGRES_TUPLES_OK)
      first = PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }
  if (PQstatus(connection_) != CONNECTION_OK) broken_ = true;
  if (error) return std::unexpected(*error);
  return first;
}

DatabaseResult<std::string> DatabaseSession::lock_table(const std::string& table,
                                                        int64_t deadline_ms,
                                                        const std::stop_token& stop) {
  return ask(fmt::format("BEGIN; LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table), deadline_ms,
             stop);
}

void DatabaseSession::roll_back(int64_t deadline_ms, const std::stop_token& stop) {
  (void)ask("ROLLBACK", deadline_ms, stop);
}

DatabaseResult<int64_t> DatabaseSession::waiting_behind(const std::string& session_name,
                                                        int64_t deadline_ms) {
  const auto count =
      ask(fmt::format("SELECT count(*) FROM pg_stat_activity AS other "
                      "WHERE other.wait_event_type = 'Lock' AND other.application_name <> '{0}' "
                      "AND EXISTS (SELECT FROM unnest(pg_blocking_pids(other.pid)) AS blocker "
                      "JOIN pg_stat_activity AS ours ON ours.pid = blocker "
                      "WHERE ours.application_name = '{0}')",
                      session_name),
          deadline_ms);
  if (!count) return std::unexpected(count.error());
  return std::atoll(count->c_str());
}

Result<ReplayLag> replay_lag(Effects& runtime, const std::string& node) {
  const auto printed = runtime.exec(
      node,
      superuser_psql("SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(),"
                     " pg_last_wal_replay_lsn())::bigint, extract(epoch FROM"
                     " clock_timestamp() - pg_last_xact_replay_timestamp())::numeric(12, 3)"));
  if (!printed) return std::unexpected(printed.error());
  const std::string line = printed->substr(0, printed->find('\n'));
  const size_t bar = line.find('|');
  if (bar == std::string::npos) return ReplayLag{};
  return ReplayLag{std::atoll(line.c_str()), line.substr(bar + 1)};
}

}  // namespace rehearse
