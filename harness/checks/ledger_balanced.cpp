// Proves that the ledger is whole as double entry: every transaction has at least two entries that
// sum to zero in each currency, of one kind and key, each on an account of its own currency that
// such a kind moves that way (legs.hpp); and sequence numbers run from 1 without a gap or a
// duplicate.
// From: ledger_entries alone.
// Cannot see: a transaction that is missing as a whole together with its numbers (no_lost_writes),
// or amounts that are wrong on both sides (pnl_matches).
#include <map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/legs.hpp"

namespace rehearse {
namespace {

// Of one transaction; what is in further currencies than its first is kept apart.
struct Sum {
  const LedgerEntry* first = nullptr;
  Int128 minor = 0;
  int64_t entries = 0;
};

void examine_sequence(Examination& examination, const LedgerView& view) {
  std::string_view ledger;
  int64_t last = 0;
  for (const LedgerEntry* entry : view.entries()) {
    if (entry->ledger != ledger) last = 0;
    ledger = entry->ledger;
    if (entry->seq == last) {
      examination.violation("ledger {}: seq {} twice (tx {})", ledger, entry->seq, entry->tx);
    } else if (entry->seq != last + 1) {
      examination.violation("ledger {}: seq {} to {} missing before tx {}", ledger, last + 1,
                            entry->seq - 1, entry->tx);
    }
    last = entry->seq;
  }
}

void examine_leg(Examination& examination, const LedgerEntry& entry, const LedgerEntry& first) {
  if (entry.kind != first.kind || entry.key != first.key) {
    examination.violation("tx {}: seq {} is a {} of {}, seq {} a {} of {}", entry.tx, first.seq,
                          first.kind, first.key, entry.seq, entry.kind, entry.key);
  }
  if (currency_of_account(entry.account) != entry.currency) {
    examination.violation("{}: {} on it (seq {}, tx {})", entry.account,
                          money(entry.amount_minor, entry.currency), entry.seq, entry.tx);
  }
  if (!is_leg_of(entry.kind, entry.account, entry.amount_minor)) {
    examination.violation("tx {} ({} {}, seq {}): a {} moves {} by {}", entry.tx, entry.kind,
                          entry.key, entry.seq, entry.kind, entry.account,
                          money(entry.amount_minor, entry.currency));
  }
}

void examine_sums(Examination& examination, const std::vector<LedgerEntry>& entries,
                  const LedgerView& ledger) {
  std::vector<Sum> sums(ledger.transactions().size());
  std::map<std::pair<size_t, std::string_view>, Int128> further;  // transaction, currency
  for (const LedgerEntry& entry : entries) {
    const size_t index = ledger.index_of(entry);
    Sum& sum = sums[index];
    if (sum.first == nullptr) sum.first = &entry;
    ++sum.entries;
    examine_leg(examination, entry, *sum.first);
    const bool same = sum.first->currency == entry.currency;
    (same ? sum.minor : further[{index, entry.currency}]) += entry.amount_minor;
  }
  const auto unbalanced = [&](const LedgerEntry& entry, Int128 minor, std::string_view currency) {
    examination.violation("tx {} ({} {}, seq {}) sums to {}", entry.tx, entry.kind, entry.key,
                          entry.seq, money(minor, currency));
  };
  for (const Sum& sum : sums) {
    if (sum.minor != 0) unbalanced(*sum.first, sum.minor, sum.first->currency);
    if (sum.entries < 2) {
      examination.violation("tx {} ({} {}, seq {}) has a single entry", sum.first->tx,
                            sum.first->kind, sum.first->key, sum.first->seq);
    }
  }
  for (const auto& [place, minor] : further) {
    if (minor != 0) unbalanced(*sums[place.first].first, minor, place.second);
  }
}

}  // namespace

Finding examine_ledger_balanced(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.ledger_entries) return without_books("ledger_balanced", "ledger_entries");
  const auto& entries = *run.books.ledger_entries;
  Examination examination("ledger_balanced");
  examination.examined(static_cast<int64_t>(entries.size()));
  examine_sequence(examination, joined.ledger);
  examine_sums(examination, entries, joined.ledger);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format(
                "{} entries: every transaction sums to zero on its kind's accounts, no number "
                "missing or doubled",
                entries.size())
          : fmt::format("{} in {} entries: sums, accounts or numbers are wrong",
                        counted(examination.violations(), "violation"), entries.size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
