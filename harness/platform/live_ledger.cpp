#include "platform/live_ledger.hpp"

#include <fmt/format.h>

#include <chrono>

#include "platform/platform.hpp"

namespace rehearse {
namespace {

constexpr int64_t open_ms = 1'000, answer_ms = 5'000;
constexpr const char* name = "rehearse-live";

// "1234 " or "1234 tx EUR 5, …": the highest number seen, and the first violations. Only where the
// new entries alone look odd are their transactions summed whole: the CASE leaves that query alone
// otherwise, and with it a second pass over the ledger.
std::string sums_after(const std::string& ledger_query, const std::string& seq) {
  return fmt::format(
      "WITH fresh AS (SELECT seq, tx, currency, amount_minor FROM ({0}) AS book WHERE seq > {1}), "
      "suspects AS (SELECT tx FROM fresh GROUP BY tx, currency HAVING sum(amount_minor) <> 0), "
      "odd AS (SELECT tx, currency, sum(amount_minor) AS minor FROM ({0}) AS book "
      "WHERE tx IN (SELECT tx FROM suspects) GROUP BY tx, currency "
      "HAVING sum(amount_minor) <> 0 ORDER BY tx LIMIT 3) "
      "SELECT coalesce((SELECT max(seq) FROM fresh), {1}) || ' ' || "
      "CASE WHEN EXISTS (SELECT FROM suspects) THEN coalesce("
      "(SELECT string_agg(tx || ' ' || currency || ' ' || minor, ', ') FROM odd), '') ELSE '' END",
      ledger_query, seq);
}

}  // namespace

LiveLedger::LiveLedger(std::function<Result<DatabaseLogin>()> primary, std::string ledger_query,
                       int64_t every_ms)
    : primary_(std::move(primary)),
      ledger_query_(std::move(ledger_query)),
      every_ms_(every_ms),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

LiveLedger::~LiveLedger() {
  thread_.request_stop();
  thread_.join();
}

std::optional<std::string> LiveLedger::violation() const {
  const std::lock_guard lock(mutex_);
  return violation_;
}

void LiveLedger::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !violation()) {
    look(stop);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, std::chrono::milliseconds(every_ms_), [] { return false; });
  }
}

void LiveLedger::look(const std::stop_token& stop) {
  const auto login = primary_();
  if (!login) return;
  if (!session_ || session_->broken() || session_address_ != login->address) {
    auto session = DatabaseSession::open(*login, name, open_ms, stop);
    if (!session) return;
    session_ = std::move(*session);
    session_address_ = login->address;
    seen_seq_ = "0";  // another primary may have lost numbers, and given them again
  }
  const auto said = session_->ask(sums_after(ledger_query_, seen_seq_), answer_ms, stop);
  if (!said) return;
  const size_t space = said->find(' ');
  if (space == std::string::npos) return;
  seen_seq_ = said->substr(0, space);
  if (space + 1 == said->size()) return;
  const std::lock_guard lock(mutex_);
  violation_ = "transactions do not sum to zero: " + said->substr(space + 1);
}

std::unique_ptr<LiveLedger> watch_ledger_of(const Stack& stack, const Observer& observer) {
  const auto query = stack.file.books.sql.find("ledger_entries");
  if (query == stack.file.books.sql.end()) return nullptr;
  return std::make_unique<LiveLedger>(
      [&stack, &observer]() -> Result<DatabaseLogin> {
        const auto node = Platform(stack).holder_of(observer.view(), Purpose::ledger, Rank::leader);
        if (!node) return std::unexpected(node.error());
        return reader_login(stack, *node);
      },
      query->second);
}

}  // namespace rehearse
