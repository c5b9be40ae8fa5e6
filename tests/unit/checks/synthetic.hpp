// What tests do to an honest run, and what the checks then say of it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/sha256.hpp"
#include "checks/check.hpp"
#include "tests/unit/checks/honest_run.hpp"

namespace rehearse::synthetic {

inline std::string audit_hash(const AuditEntry& row) {
  return sha256_hex(fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", row.chain, row.position, row.tx,
                                row.key, row.kind, row.actor, row.amount_minor, row.currency,
                                row.at, row.prev_hash));
}

// Two copies of the reporting, each `late_ms` behind the ledger.
inline void add_reporting(RecordedRun& run, int64_t late_ms = 1000) {
  run.capabilities.insert("reporting");
  run.books.reporting.emplace();
  for (LedgerEntry& entry : *run.books.ledger_entries)
    entry.committed_at = rfc3339(run.zero_wall_ns);
  for (const LedgerEvent& event : *run.books.events)
    for (const char* node : {"clickhouse-1", "clickhouse-2"})
      run.books.reporting->push_back({event.tx, event.kind, event.amount_minor, event.currency,
                                      rfc3339(run.zero_wall_ns + late_ms * ns_per_ms), node});
}

// An audit history of two chains.
inline void add_audit(RecordedRun& run) {
  run.capabilities.insert("audit");
  run.books.audit.emplace();
  std::map<std::string, std::pair<int64_t, std::string>> heads;
  for (const LedgerEvent& event : *run.books.events) {
    AuditEntry row;
    row.chain = event.offset % 2 == 0 ? "ledger/0" : "ledger/1";
    auto& [position, head] = heads[row.chain];
    row.position = ++position;
    row.tx = event.tx;
    row.key = event.key;
    row.kind = event.kind;
    row.amount_minor = event.amount_minor;
    row.currency = event.currency;
    row.prev_hash = head.empty() ? std::string(64, '0') : head;
    row.hash = head = audit_hash(row);
    run.books.audit->push_back(row);
  }
}

inline Finding finding_of(const Run& run, std::string_view check) {
  for (const Finding& finding : examine_all(run)) {
    if (finding.check == check) return finding;
  }
  return {};
}

// Names of the checks with that verdict.
inline std::set<std::string> checks_with(const Run& run, Verdict verdict) {
  std::set<std::string> names;
  for (const Finding& finding : examine_all(run)) {
    if (finding.verdict == verdict) names.insert(finding.check);
  }
  return names;
}
// Without books_consistent, which sees many a change as well: its own test says which.
inline std::set<std::string> red(const Run& run) {
  std::set<std::string> names = checks_with(run, Verdict::fail);
  names.erase("books_consistent");
  return names;
}
// Those that do not apply, besides the ones of books that the honest run has not either: their own
// tests bring those books.
inline std::set<std::string> inapplicable(const Run& run) {
  std::set<std::string> names = checks_with(run, Verdict::not_applicable);
  for (const auto& name : checks_with(honest_run(), Verdict::not_applicable)) names.erase(name);
  return names;
}

inline Intent& intent_of(Run& run, const std::string& key) {
  return *std::ranges::find(*run.books.intents, key, &Intent::key);
}
// Key of the nth operation of a kind.
inline uint64_t nth(const Run& run, OperationKind kind, size_t n) {
  for (const Operation& operation : run.history.operations) {
    if (operation.kind == kind && n-- == 0) return operation.id;
  }
  return 0;
}
inline std::string key(const Run& run, uint64_t id) {
  return key_of(run.history.run_key, id);
}
// The first attempt of an operation.
inline Attempt& attempt_of(Run& run, uint64_t id) {
  return *std::ranges::find(run.history.attempts, id, &Attempt::operation);
}
// The entries under a key: indices into the ledger.
inline std::vector<size_t> entries_of(const Run& run, const std::string& key) {
  std::vector<size_t> found;
  for (size_t i = 0; i < run.books.ledger_entries->size(); ++i) {
    if ((*run.books.ledger_entries)[i].key == key) found.push_back(i);
  }
  return found;
}
// Books once more, at the ledger's end and with an event, what is there under a key.
inline void book_again(Run& run, const std::string& key, const std::string& new_key) {
  auto& entries = *run.books.ledger_entries;
  int64_t moved = 0;
  for (const size_t i : entries_of(run, key)) {
    LedgerEntry entry = entries[i];
    entry.tx = "t-again";
    entry.key = new_key;
    entry.seq = entries.back().seq + 1;
    entry.timeline = entry.epoch = entries.back().epoch;
    for (const LedgerEntry& other : entries) {
      if (other.account == entry.account) entry.version = *other.version + 1;
    }
    moved = std::max(moved, std::abs(entry.amount_minor));
    entries.push_back(entry);
  }
  run.books.events->push_back(
      {"ledger", 0, 99999, new_key, "t-again", entries.back().kind, moved, "EUR", ""});
  rechain(run);
  recount(run);
}

}  // namespace rehearse::synthetic
