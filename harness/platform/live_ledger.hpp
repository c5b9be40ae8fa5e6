// ledger_balanced while the platform lives: every few seconds one query on the primary sums each
// transaction that is new since the last one, by currency. It reads one snapshot, and transactions
// are committed whole: a sum other than zero is a violation at any moment. What it does not see (a
// number missing, an entry changed later) the check itself finds in the books.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "platform/database.hpp"
#include "stack/observer.hpp"

namespace rehearse {

class LiveLedger {
 public:
  // `primary`: where it is now; an error = nobody is, which says nothing about the ledger.
  // `ledger_query`: gives the columns of the canonical table ledger_entries.
  LiveLedger(std::function<Result<DatabaseLogin>()> primary, std::string ledger_query,
             int64_t every_ms = 3'000);
  ~LiveLedger();
  // The first transactions found that do not sum to zero, in words. It stays once it is there.
  std::optional<std::string> violation() const;

 private:
  void run(const std::stop_token& stop);
  void look(const std::stop_token& stop);

  const std::function<Result<DatabaseLogin>()> primary_;
  const std::string ledger_query_;
  const int64_t every_ms_;
  std::unique_ptr<DatabaseSession> session_;
  std::string session_address_, seen_seq_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::string> violation_;
  std::jthread thread_;
};

// Of the platform on a stack, wherever its database is led; null: it tells no ledger.
std::unique_ptr<LiveLedger> watch_ledger_of(const Stack& stack, const Observer& observer);

}  // namespace rehearse
