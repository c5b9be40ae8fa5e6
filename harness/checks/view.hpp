// A run's history and books joined for the checks: operations as they ended, ledger transactions,
// and both found by operation. Views into the run, which must outlive them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/int128.hpp"
#include "record/run.hpp"

namespace rehearse {

// An operation as its client left it; the outcome as outcome_of() decides it.
struct Ended {
  Outcome outcome = Outcome::none;
  const Attempt* first = nullptr;   // null: never begun
  const Attempt* answer = nullptr;  // the first ok, else the first rejected, else the last attempt
};
std::vector<Ended> ended_operations(const History& history);  // index = operation id

// Whether its acknowledgement promises something that a book must show: not so for a look through
// the emergency channel, which asks for no money, though a withdrawal through it does.
bool is_promise(const Operation& operation);

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

// Under which writer something was committed; ordered.
struct WriterEpoch {
  int64_t region_term = 0, timeline = 0, epoch = 0;
  auto operator<=>(const WriterEpoch&) const = default;
};
std::optional<WriterEpoch> writer_epoch_of(const LedgerEntry& entry);  // null: not told
// As an answer told it; 0 is what it did not tell, as older histories the region term.
WriterEpoch told_epoch(const Attempt& attempt);

// One ledger transaction, entries summed up by whose account they are on.
struct Transaction {
  std::string_view tx, key, kind, currency;
  std::string_view provider;         // NAME of psp:NAME:CUR, or empty
  std::string_view player;           // P of player:P:…, or empty
  bool several_players = false;      // then `player` is the first one's
  int64_t seq = 0;                   // first entry
  std::optional<WriterEpoch> epoch;  // of that entry
  Int128 cash_minor = 0;             // change of players' cash accounts
  Int128 bonus_minor = 0;            // … of their bonus accounts
  Int128 held_minor = 0;             // … of their held accounts
  Int128 provider_minor = 0;         // … of psp accounts, before the fee that the provider keeps
  Int128 jackpot_minor = 0;          // … of jackpot pools
  Int128 fees_minor = 0;             // … of the house's account of fees
  // All of the above is of entries in `currency`, that of the first entry. Of a conversion: what
  // came into players' cash accounts in the other one.
  std::string_view other_currency;
  Int128 other_cash_minor = 0;
};

// Change of what players can play with: cash and bonus.
Int128 playable_minor(const Transaction& transaction);

// What a transaction moved for a player, as its event tells it: without a sign, which is the
// kind's.
Int128 moved_minor(const Transaction& transaction);

// A transaction under the key of one of the run's operations.
struct Booked {
  uint64_t operation = 0;
  std::string_view step;  // empty for what is booked under the key itself
  const Transaction* transaction = nullptr;
};

class LedgerView {
 public:
  // Of nothing when the run has no ledger entries.
  explicit LedgerView(const Run& run);
  LedgerView(const LedgerView&) = delete;
  LedgerView& operator=(const LedgerView&) = delete;

  // By ledger and sequence.
  const std::vector<const LedgerEntry*>& entries() const { return entries_; }
  const std::vector<Transaction>& transactions() const { return transactions_; }
  // The place in transactions() of one of them, or of the one that an entry is part of.
  size_t index_of(const Transaction& transaction) const;
  size_t index_of(const LedgerEntry& entry) const;
  // The first one, or null when there is none.
  const Transaction* find(uint64_t operation, std::string_view step) const;
  const Transaction* find_tx(std::string_view tx) const;
  // By operation, step and place in the ledger; of all, or of one operation.
  std::span<const Booked> booked() const { return booked_; }
  std::span<const Booked> booked(uint64_t operation) const;

 private:
  void add_all(const std::vector<LedgerEntry>& table);
  void add(const LedgerEntry& entry, Transaction& transaction);
  void index_keys(const History& history);

  const LedgerEntry* first_entry_ = nullptr;  // of the table
  std::vector<uint32_t> transaction_of_;      // of each of the table's entries
  std::vector<const LedgerEntry*> entries_;
  std::vector<Transaction> transactions_;  // by first appearance
  std::unordered_map<std::string_view, uint32_t> by_tx_;
  std::vector<Booked> booked_;
  std::vector<uint32_t> booked_from_;  // place in booked_ by operation, and one past the last one's
};

// Of each row of a table that names transactions, the ledger's; null = it has none.
template <typename Row>
std::vector<const Transaction*> transactions_of(const std::vector<Row>& table,
                                                const LedgerView& ledger) {
  std::vector<const Transaction*> found;
  found.reserve(table.size());
  for (const Row& row : table) found.push_back(ledger.find_tx(row.tx));
  return found;
}

// The intents of operations: under the client's own key, or the step that its kind is booked under
// (of a spin: its bet's). Index = operation id, null = none.
std::vector<const Intent*> intents_by_operation(const Run& run);
bool is_payment(const Intent& intent);    // a whole deposit or payout, not one of its steps
bool is_terminal(const Intent& payment);  // settled or declined

// "player:P:cash:CUR" → true.
bool is_player_bucket(std::string_view account, std::string_view bucket);
// P of "player:P:cash:CUR", or empty.
std::string_view player_of(std::string_view account);

// "12.50 EUR"; of currencies that are not known: "1250 minor XYZ".
std::string money(Int128 minor, std::string_view currency);

Int128 magnitude(Int128 value);

}  // namespace rehearse
