// A run's history and books joined for the checks: operations as they ended, ledger transactions,
// and both found by operation. Views into the run, which must outlive them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/int128.hpp"
#include "books/run.hpp"

namespace rehearse {

// An operation as its client left it; the outcome as outcome_of() decides it.
struct Ended {
  Outcome outcome = Outcome::none;
  const Attempt* first = nullptr;   // null: never begun
  const Attempt* answer = nullptr;  // the first ok, else the first rejected, else the last attempt
};
std::vector<Ended> ended_operations(const History& history);  // index = operation id

// bet, win, rollback, deposit, payout: what changes the books when it is acknowledged.
bool is_mutation(OperationKind kind);
bool is_payment(OperationKind kind);     // deposit, payout
bool is_settlement(OperationKind kind);  // deposit_settled, payout_settled
bool is_game(OperationKind kind);        // bet, win, rollback

// Milliseconds on the run's clock.
double run_ms(const History& history, int64_t monotonic_ns);

// Whether an attempt belongs to the steady phase: intended in it, and over before it ended. One
// that was still waiting at t = 0 was cut off by what came then and says nothing about the phase;
// without an answer, an attempt is surely over once the longest wait of a client (5 s) has passed.
bool in_steady_phase(const Run& run, const Attempt& attempt);

// "k7f3-000042:hold" → operation 42, step "hold"; nullopt if it is no key of this run's clients.
struct KeyRef {
  uint64_t operation = 0;
  std::string_view step;
};
std::optional<KeyRef> parse_key(std::string_view run_key, std::string_view key);

// The part of a key before its step: the business key of a payment.
std::string_view business_key_of(std::string_view key);

// One ledger transaction, entries summed up by whose account they are on.
struct Transaction {
  std::string_view tx, key, kind, currency;
  std::string_view provider;  // NAME of psp:NAME:CUR, or empty
  int64_t seq = 0;            // first entry
  Int128 cash_minor = 0;      // change of players' cash accounts
  Int128 held_minor = 0;      // … of their held accounts
  Int128 provider_minor = 0;  // … of psp accounts
};

class LedgerView {
 public:
  // Of nothing when the run has no ledger entries.
  explicit LedgerView(const Run& run);
  const std::vector<Transaction>& transactions() const { return transactions_; }
  // Null when there is none. `step` is empty for bets, wins and rollbacks.
  const Transaction* find(uint64_t operation, std::string_view step) const;
  const Transaction* find_tx(std::string_view tx) const;

 private:
  struct Keyed {
    uint64_t operation;
    std::string_view step;
    uint32_t transaction;
  };
  std::vector<Transaction> transactions_;  // by first appearance
  std::unordered_map<std::string_view, uint32_t> by_tx_;
  std::vector<Keyed> by_key_;  // sorted
};

// The intents under the clients' own keys (no step): index = operation id, null = none.
std::vector<const Intent*> intents_by_operation(const Run& run);
bool is_terminal(const Intent& payment);  // settled or declined

// "player:P:cash:CUR" → true.
bool is_player_bucket(std::string_view account, std::string_view bucket);

// "12.50 EUR"; of currencies that are not known: "1250 minor XYZ".
std::string money(Int128 minor, std::string_view currency);

Int128 magnitude(Int128 value);

}  // namespace rehearse
