// The canonical tables of the contract: what a platform's books look like to the checks, whatever
// they look like at home. CSV with a header; an optional column that a platform lacks is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct LedgerEntry {
  std::string ledger;
  int64_t seq = 0;
  std::string tx;
  std::string key;  // idempotency key
  std::string account;
  std::string currency;
  int64_t amount_minor = 0;  // signed; the entries of a tx sum to 0 per currency
  std::optional<int64_t> version;
  std::string kind;  // opening, bet, win, rollback, deposit, hold, payout, release, …
  std::string round;
  std::optional<int64_t> region_term, timeline, epoch;
  std::string prev_hash, hash;  // hex SHA-256, lower case
  std::string committed_at;     // RFC 3339
};

struct Account {
  std::string account, owner, bucket, currency;
  int64_t balance_minor = 0;
  std::optional<int64_t> version;
};

struct Intent {
  std::string key, operation, player, business_key;
  int64_t amount_minor = 0;
  std::string currency, state, updated_at;
};

struct ProviderTransfer {
  std::string provider, transfer, business_key;
  std::string direction;  // in (deposit) | out (payout)
  int64_t amount_minor = 0;
  std::string currency, state, at;
};

struct WebhookEffect {
  std::string provider, event;
  int64_t received = 0, applied = 0;
  std::string tx, at;
  std::string transfer = "", business_key = "";  // that the event is of; empty: not told
};

struct LedgerEvent {
  std::string topic;
  int64_t partition = 0, offset = 0;
  std::string key, tx, kind;
  int64_t amount_minor = 0;
  std::string currency, at;
};

struct ReportingRow {
  std::string tx, kind;
  int64_t amount_minor = 0;
  std::string currency, loaded_at;
};

struct Round {
  std::string round, studio, opened_at, closed_at, state, reason;
};

// nullopt = the platform has no such table (its checks are not applicable).
struct Books {
  std::optional<std::vector<LedgerEntry>> ledger_entries;
  std::optional<std::vector<Account>> accounts;
  std::optional<std::vector<Intent>> intents;
  std::optional<std::vector<ProviderTransfer>> provider_transfers;
  std::optional<std::vector<WebhookEffect>> webhook_effects;
  std::optional<std::vector<LedgerEvent>> events;
  std::optional<std::vector<ReportingRow>> reporting;
  std::optional<std::vector<Round>> rounds;
};

// Writes DIR/<table>.csv for each table that is there; reads them back. Errors carry file:line.
Status write_books(const std::string& dir, const Books& books);
Result<Books> read_books(const std::string& dir);

}  // namespace rehearse
