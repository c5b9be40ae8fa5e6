// Proves that the ledger is whole as double entry: every transaction has at least two entries that
// sum to zero in each currency, and sequence numbers run from 1 without a gap or a duplicate.
// From: ledger_entries alone.
// Cannot see: a transaction that is missing as a whole together with its numbers (no_lost_writes),
// or amounts that are wrong on both sides (pnl_matches).
#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/view.hpp"

namespace rehearse {
namespace {

struct Sums {
  std::vector<std::pair<std::string_view, Int128>> by_currency;  // one or two
  int64_t entries = 0;
};

void examine_sequence(Examination& examination, const std::vector<LedgerEntry>& entries) {
  std::vector<uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto by_place = [&](uint32_t i) {
    return std::tuple<std::string_view, int64_t>(entries[i].ledger, entries[i].seq);
  };
  if (!std::ranges::is_sorted(order, {}, by_place)) std::ranges::sort(order, {}, by_place);
  std::string_view ledger;
  int64_t last = 0;
  for (const uint32_t i : order) {
    const LedgerEntry& entry = entries[i];
    if (entry.ledger != ledger) last = 0;
    ledger = entry.ledger;
    if (entry.seq == last) {
      examination.violation("ledger {}: seq {} twice (tx {})", ledger, entry.seq, entry.tx);
    } else if (entry.seq != last + 1) {
      examination.violation("ledger {}: seq {} to {} missing before tx {}", ledger, last + 1,
                            entry.seq - 1, entry.tx);
    }
    last = entry.seq;
  }
}

void examine_sums(Examination& examination, const std::vector<LedgerEntry>& entries) {
  std::unordered_map<std::string_view, Sums> transactions;
  transactions.reserve(entries.size() / 2 + 1);
  for (const LedgerEntry& entry : entries) {
    Sums& sums = transactions[entry.tx];
    ++sums.entries;
    auto found = std::ranges::find(sums.by_currency, entry.currency,
                                   &std::pair<std::string_view, Int128>::first);
    if (found == sums.by_currency.end()) {
      found = sums.by_currency.emplace(found, entry.currency, Int128{0});
    }
    found->second += entry.amount_minor;
  }
  for (const LedgerEntry& entry : entries) {  // in the ledger's order, so witnesses are stable
    const auto found = transactions.find(entry.tx);
    if (found == transactions.end()) continue;
    for (const auto& [currency, sum] : found->second.by_currency) {
      if (sum == 0) continue;
      examination.violation("tx {} ({} {}, seq {}) sums to {}", entry.tx, entry.kind, entry.key,
                            entry.seq, money(sum, currency));
    }
    if (found->second.entries < 2) {
      examination.violation("tx {} ({} {}, seq {}) has a single entry", entry.tx, entry.kind,
                            entry.key, entry.seq);
    }
    transactions.erase(found);
  }
}

}  // namespace

Finding examine_ledger_balanced(const Run& run) {
  if (!run.books.ledger_entries) return without_books("ledger_balanced", "ledger_entries");
  const auto& entries = *run.books.ledger_entries;
  Examination examination("ledger_balanced");
  examination.examined(static_cast<int64_t>(entries.size()));
  examine_sequence(examination, entries);
  examine_sums(examination, entries);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} entries: every transaction sums to zero, no number missing or doubled",
                        entries.size())
          : fmt::format("{} in {} entries: sums or numbers are wrong",
                        counted(examination.violations(), "violation"), entries.size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
