// Changes to a recorded run, one at a time: a cell, a row, a table, or a transaction in all of the
// platform's own books alike. Each says whether an independent book contradicts it
// (checks/column_facts.hpp).
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "checks/chain.hpp"
#include "checks/column_facts.hpp"
#include "checks/joined.hpp"
#include "record/columns.hpp"

namespace rehearse::corruption {

using Value = std::variant<std::string, int64_t, std::optional<int64_t>>;
using Row = std::vector<Value>;

inline std::vector<Row> rows_of(const Table& table, const Books& books) {
  std::vector<Row> rows(table.count(books));
  for (size_t i = 0; i < rows.size(); ++i)
    for (const Column& column : table.columns)
      rows[i].push_back(
          std::visit([](auto* field) { return Value(*field); }, column.of(table.row(books, i))));
  return rows;
}

inline void put_back(const Table& table, Books& books, const std::vector<Row>& rows) {
  table.create(books);
  for (const Row& row : rows) {
    void* const into = table.append(books);
    for (size_t c = 0; c < row.size(); ++c)
      std::visit(
          [&](auto* field) {
            *field = std::get<std::remove_reference_t<decltype(*field)>>(row[c]);
          },
          table.columns[c].of(into));
  }
}

// Something that no honest row says: a text longer by a letter, a number by one or by a million.
inline void spoil(Value& cell, bool by_much) {
  if (auto* text = std::get_if<std::string>(&cell)) {
    *text += "x";
  } else if (auto* number = std::get_if<int64_t>(&cell)) {
    *number += by_much ? 1'000'000 : 1;
  } else {
    auto& maybe = std::get<std::optional<int64_t>>(cell);
    maybe = maybe.value_or(0) + (by_much ? 1'000'000 : 1);
  }
}

// Which changes of a run no independent book contradicts.
class Knowable {
 public:
  explicit Knowable(const Run& run) : joined_(run) {
    Sheets sheets(joined_);
    for (const Unknowable& change : unknowables())
      rows_.push_back(sheets.chosen(change.table, change.where));
  }

  // Empty: one does. `row`: as it was, or nothing for all of the table.
  std::string_view why_not(std::string_view table, std::string_view change,
                           std::optional<size_t> row) const {
    const ColumnFacts* facts = find_facts(table, change);
    if (facts != nullptr && facts->checks.empty()) return facts->against;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const Unknowable& known = unknowables()[i];
      if (known.table != table || std::ranges::find(known.changes, change) == known.changes.end())
        continue;
      if (!row || rows_[i].at(*row)) return known.why;
    }
    return {};
  }

 private:
  Joined joined_;
  std::vector<std::vector<bool>> rows_;  // by unknowables()
};

inline void rechain_ledger(Books& books) {
  ChainHasher hasher;
  std::map<std::string, std::string> heads;
  for (LedgerEntry& entry : *books.ledger_entries) {
    if (entry.hash.empty()) return;
    std::string& head = heads[entry.ledger];
    entry.prev_hash = head.empty() ? std::string(64, '0') : head;
    entry.hash = head = std::string(hasher.hash_of(entry));
  }
}

inline void rechain_audit(Books& books) {
  if (!books.audit) return;
  std::map<std::string, std::pair<int64_t, std::string>> heads;
  for (AuditEntry& row : *books.audit) {
    auto& [position, head] = heads[row.chain];
    row.position = ++position;
    row.prev_hash = head.empty() ? std::string(64, '0') : head;
    row.hash = head = sha256_hex(
        fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", row.chain, row.position, row.tx, row.key,
                    row.kind, row.actor, row.amount_minor, row.currency, row.at, row.prev_hash));
  }
}

template <typename Rows, typename Of, typename Change>
void each_of(std::optional<Rows>& rows, Of of, Change change) {
  if (!rows) return;
  for (auto& row : *rows)
    if (of(row)) change(row);
}

// A transaction moved twice as much, by all books that the platform keeps itself; only clients,
// providers and studios remember.
inline void double_transaction(Books& books, const std::string& tx, const std::string& key) {
  std::map<std::string, int64_t> added;
  for (LedgerEntry& entry : *books.ledger_entries) {
    if (entry.tx != tx) continue;
    added[entry.account] += entry.amount_minor;
    entry.amount_minor *= 2;
  }
  for (Account& account : *books.accounts) account.balance_minor += added[account.account];
  const auto twice = [](auto& row) { row.amount_minor *= 2; };
  const auto of_tx = [&](const auto& row) { return row.tx == tx; };
  const std::string_view business = business_key_of(key);
  const auto of_key = [&](const auto& row) {
    return row.key == key || (!row.business_key.empty() && row.business_key == business);
  };
  each_of(books.events, of_tx, twice);
  each_of(books.reporting, of_tx, twice);
  each_of(books.audit, of_tx, twice);
  each_of(books.intents, of_key, twice);
  each_of(
      books.screenings, [&](const auto& row) { return row.business_key == business; }, twice);
  each_of(
      books.credit_decisions, [&](const auto& row) { return row.key == business; }, twice);
  rechain_ledger(books);
  rechain_audit(books);
}

// It never was, by those books.
inline void forget_transaction(Books& books, const std::string& tx, const std::string& key) {
  const auto of_tx = [&](const auto& row) { return row.tx == tx; };
  std::map<std::string, int64_t> gone, versions;
  for (const LedgerEntry& entry : *books.ledger_entries)
    if (entry.tx == tx) gone[entry.account] += entry.amount_minor;
  std::erase_if(*books.ledger_entries, of_tx);
  for (LedgerEntry& entry : *books.ledger_entries)
    if (entry.version) entry.version = ++versions[entry.account];
  std::erase_if(*books.accounts, [&](Account& account) {
    account.balance_minor -= gone[account.account];
    if (account.version) account.version = versions[account.account];
    return account.version == 0;
  });
  if (books.events) std::erase_if(*books.events, of_tx);
  if (books.reporting) std::erase_if(*books.reporting, of_tx);
  if (books.audit) std::erase_if(*books.audit, of_tx);
  std::erase_if(*books.intents, [&](const Intent& intent) { return intent.key == key; });
  rechain_ledger(books);
  rechain_audit(books);
}

}  // namespace rehearse::corruption
