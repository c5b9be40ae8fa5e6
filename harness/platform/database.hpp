// One session of a database user of the platform's: for faults that consist of what sessions do,
// and for looks at the ledger while it lives. libpq itself and not libpqxx, because only libpq
// tells the SQLSTATE of a connection that was refused and lets every wait have a deadline; its only
// user.
//
// Such a session dies with the harness: the kernel closes its socket, and the server rolls back and
// frees its place. One that waits for a lock notices within a second, one of a harness that stands
// still with a transaction open is ended after five.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <stop_token>
#include <string>

#include "stack/stack.hpp"
#include "undo/journal.hpp"

struct pg_conn;

namespace rehearse {

struct DatabaseLogin {
  std::string address, user, password, database;
  int port = 5432;  // PostgreSQL's own
};
// As libpq and libpqxx read it.
std::string connection_text(const DatabaseLogin& login);

// As the stack's books name them: who reads them, and whose the tables are. Neither is a superuser:
// the connections that the server reserves for superusers stay free for Patroni and for the undo.
DatabaseLogin reader_login(const Stack& stack, const std::string& node);
DatabaseLogin owner_login(const Stack& stack, const std::string& node);

// The name that a fault's sessions carry in pg_stat_activity, at most as long as the server keeps.
std::string session_name(const std::string& fault_id);
// Ends the sessions of that name on the node; those are gone already where nobody holds them.
UndoStep end_sessions(const std::string& node, const std::string& session_name);
// How many of that name are left there, by the word of its superuser; "" = of any fault. None on a
// node that does not run.
Result<int64_t> sessions_left(Effects& runtime, const std::string& node,
                              const std::string& session_name = "");

struct DatabaseError {
  std::string sqlstate;  // 53300, …; empty: it was not the server who said no
  std::string message;
};
template <typename T>
using DatabaseResult = std::expected<T, DatabaseError>;

// What a standby has received and not replayed, by the word of its own superuser.
struct ReplayLag {
  int64_t bytes = 0;
  std::string age_s;  // of the last replayed commit
};
Result<ReplayLag> replay_lag(Effects& runtime, const std::string& node);

constexpr int64_t session_open_ms = 2'000;

class DatabaseSession {
 public:
  // Waits at most `deadline_ms`, or until `stop` is asked for.
  static DatabaseResult<std::unique_ptr<DatabaseSession>> open(const DatabaseLogin& login,
                                                               const std::string& name,
                                                               int64_t deadline_ms,
                                                               const std::stop_token& stop = {});
  ~DatabaseSession();
  DatabaseSession(const DatabaseSession&) = delete;
  DatabaseSession& operator=(const DatabaseSession&) = delete;

  // Runs a statement, or several: the first field of the last one's first row, else nothing.
  // Afterwards the session is broken where no answer came in time.
  DatabaseResult<std::string> ask(const std::string& statement, int64_t deadline_ms,
                                  const std::stop_token& stop = {});
  // Begins a transaction that keeps writers off a table, once it is given the lock.
  DatabaseResult<std::string> lock_table(const std::string& table, int64_t deadline_ms,
                                         const std::stop_token& stop = {});
  void roll_back(int64_t deadline_ms, const std::stop_token& stop = {});
  // How many sessions of others wait for a lock behind those of that name.
  DatabaseResult<int64_t> waiting_behind(const std::string& session_name, int64_t deadline_ms);
  bool broken() const { return broken_; }
  bool answers(int64_t deadline_ms) { return ask("SELECT 1", deadline_ms).has_value(); }

 private:
  explicit DatabaseSession(pg_conn* connection) : connection_(connection) {}
  DatabaseError gone(const std::string& why);
  pg_conn* const connection_;
  bool broken_ = false;
};

}  // namespace rehearse
