// Gross gaming revenue by source, and net gaming revenue by the ledger (see revenue.hpp). Clients
// know the gross one only between bounds, since resolving their unknown operations from the ledger
// would be circular. A round that the studio has not closed for its player may have paid anything:
// it leaves no lower bound.
#include <map>
#include <set>
#include <unordered_set>

#include "base/units.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "checks/revenue.hpp"

namespace rehearse {
namespace {

using Rows = std::map<std::string, PnlRow, std::less<>>;

PnlRow& row_of(Rows& rows, std::string_view currency) {
  const auto found = rows.find(currency);
  if (found != rows.end()) return found->second;
  PnlRow& row = rows[std::string(currency)];
  row.currency = currency;
  row.exponent = currency_exponent(currency).value_or(2);
  return row;
}

void add_ledger(Rows& rows, const LedgerView& ledger) {
  for (const Transaction& transaction : ledger.transactions()) {
    PnlRow& row = row_of(rows, transaction.currency);
    if (!row.ledger) row.ledger = 0;
    if (!is_gaming(transaction.kind)) continue;
    const Int128 playable = playable_minor(transaction);
    if (is_stake(transaction.kind)) row.bets_minor -= playable;
    if (is_winning(transaction.kind)) row.wins_minor += playable;
    *row.ledger -= playable;
  }
}

// What the house had to pay for its gross revenue, and what is left of it.
void add_deductions(Rows& rows, const std::vector<LedgerEntry>& entries) {
  for (const LedgerEntry& entry : entries) {
    const Deduction deduction = deduction_on(entry.account);
    if (deduction == Deduction::none || entry.kind == "opening") continue;
    PnlRow& row = row_of(rows, entry.currency);
    switch (deduction) {
      case Deduction::none:
        break;
      case Deduction::bonus:  // one that is a winning is deducted as such
        if (!is_winning(entry.kind)) row.bonuses_minor -= entry.amount_minor;
        break;
      case Deduction::jackpot:
        row.jackpots_minor += entry.amount_minor;
        break;
      case Deduction::fee:
        row.fees_minor -= entry.amount_minor;
        break;
      case Deduction::chargeback:
        row.chargebacks_minor -= entry.amount_minor;
        break;
    }
  }
  for (auto& [currency, row] : rows) {
    row.ngr = row.ledger.value_or(0) - row.bonuses_minor - row.jackpots_minor - row.fees_minor -
              row.chargebacks_minor;
  }
}

// What an operation that nobody answered would move at most.
Int128 asked_minor(const Run& run, const Operation& operation) {
  if (operation.amount_minor != 0 || operation.kind != OperationKind::rollback) {
    return operation.amount_minor;
  }
  const auto& operations = run.history.operations;
  return operation.related < operations.size() ? operations[operation.related].amount_minor : 0;
}

// Whether it opens a round that pays by itself, as its watch is told.
bool is_round(OperationKind kind) {
  const auto watch = watch_of(kind);
  return watch && traits_of(*watch).book == Book::round;
}

// Which spins' clients know all that came back: index = operation id.
std::vector<bool> settled_spins(const Joined& joined) {
  const auto& operations = joined.run.history.operations;
  std::vector<bool> settled(operations.size(), false);
  for (const Operation& operation : operations) {
    if (traits_of(operation.kind).book != Book::round || operation.related >= settled.size()) {
      continue;
    }
    const Outcome outcome = joined.ended[operation.id].outcome;
    if (outcome == Outcome::ok || outcome == Outcome::rejected) settled[operation.related] = true;
  }
  return settled;
}

void add_known(PnlRow& row, const Joined& joined, const Operation& operation, Int128 minor) {
  *row.clients_acked += minor;
  *row.clients_lower += minor;
  *row.clients_upper += minor;
  if (!joined.loss.within_target || !joined.loss.contains(operation.id)) return;
  *(minor > 0 ? row.clients_lower : row.clients_upper) -= minor;  // allowed to be lost
}

void add_clients(Rows& rows, const Joined& joined) {
  const Run& run = joined.run;
  const std::vector<bool> settled = settled_spins(joined);
  std::set<PnlRow*> open;  // where rounds may have paid more than anybody was told
  for (const Operation& operation : run.history.operations) {
    const KindTraits& traits = traits_of(operation.kind);
    if (traits.revenue_sign == 0) continue;
    PnlRow& row = row_of(rows, name_of(operation.currency));
    if (!row.clients_acked) row.clients_acked = row.clients_lower = row.clients_upper = 0;
    const Ended& end = joined.ended[operation.id];
    const bool unknown = end.outcome == Outcome::unknown;
    // What is not known of a round is accounted for with its spin.
    if (traits.book == Book::round && unknown) continue;
    if (end.outcome == Outcome::ok) {
      add_known(row, joined, operation,
                traits.revenue_sign * Int128{acknowledged_minor(operation, *end.answer)});
    } else if (unknown) {
      const Int128 minor = traits.revenue_sign * asked_minor(run, operation);
      *(minor > 0 ? row.clients_upper : row.clients_lower) += minor;
    }
    const bool may_pay = end.outcome == Outcome::ok || unknown;
    if (is_round(operation.kind) && may_pay && !settled[operation.id]) open.insert(&row);
  }
  for (PnlRow* row : open) row->clients_lower.reset();
}

// Delivered at least once: each transaction counts once.
template <typename Row>
void add_events(Rows& rows, const LedgerView& ledger, const std::vector<Row>& table,
                const std::vector<const Transaction*>& in_table,
                std::optional<Int128> PnlRow::*source) {
  std::vector<bool> seen(ledger.transactions().size(), false);
  std::unordered_set<std::string_view> seen_elsewhere;  // not in the ledger
  for (size_t i = 0; i < table.size(); ++i) {
    const Row& item = table[i];
    std::optional<Int128>& sum = row_of(rows, item.currency).*source;
    if (!sum) sum = 0;
    if (!is_gaming(item.kind)) continue;
    if (in_table[i] == nullptr) {
      if (!seen_elsewhere.insert(item.tx).second) continue;
    } else {
      const size_t index = ledger.index_of(*in_table[i]);
      if (seen[index]) continue;
      seen[index] = true;
    }
    const Int128 minor = magnitude(item.amount_minor);
    *sum += item.kind == "bet" ? minor : -minor;
  }
}

}  // namespace

std::vector<PnlRow> measure_pnl(const Joined& joined) {
  const Run& run = joined.run;
  Rows rows;
  if (run.books.ledger_entries) {
    add_ledger(rows, joined.ledger);
    add_deductions(rows, *run.books.ledger_entries);
  }
  add_clients(rows, joined);
  if (run.books.events) {
    add_events(rows, joined.ledger, *run.books.events, joined.told_of, &PnlRow::events);
  }
  if (run.books.reporting) {
    const auto reported = transactions_of(*run.books.reporting, joined.ledger);
    add_events(rows, joined.ledger, *run.books.reporting, reported, &PnlRow::reporting);
  }
  std::vector<PnlRow> result;
  for (auto& [currency, row] : rows) {
    // A book that is there and has nothing in this currency says 0, not "not measured".
    if (run.books.ledger_entries && !row.ledger) row.ledger = 0;
    if (run.books.events && !row.events) row.events = 0;
    if (run.books.reporting && !row.reporting) row.reporting = 0;
    result.push_back(std::move(row));
  }
  return result;
}

}  // namespace rehearse
