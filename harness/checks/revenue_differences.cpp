#include "checks/revenue_differences.hpp"

#include <set>

#include "checks/revenue.hpp"

namespace rehearse {
namespace {

using Amounts = std::vector<std::optional<Int128>>;  // by place of the ledger's transaction

class DifferenceList {
 public:
  void add(RevenueDifference difference) {
    ++list_.count;
    if (list_.shown.size() < revenue_differences_shown_max)
      list_.shown.push_back(std::move(difference));
  }
  RevenueDifferences take() { return std::move(list_); }

 private:
  RevenueDifferences list_;
};

// What a book says of each of the ledger's transactions; rows of others are differences at once.
template <typename Row>
Amounts amounts_of(const std::vector<Row>& table, const std::vector<const Transaction*>& in_table,
                   const LedgerView& ledger, std::optional<Int128> RevenueDifference::*book,
                   DifferenceList& list) {
  Amounts amounts(ledger.transactions().size());
  std::set<std::string_view> elsewhere;  // delivered at least once: each counts once
  for (size_t i = 0; i < table.size(); ++i) {
    const Row& row = table[i];
    if (in_table[i] != nullptr) {
      amounts[ledger.index_of(*in_table[i])] = magnitude(row.amount_minor);
    } else if (is_gaming(row.kind) && elsewhere.insert(row.tx).second) {
      RevenueDifference difference{row.tx, "", row.kind, row.currency, {}, {}, {}};
      difference.*book = magnitude(row.amount_minor);
      if constexpr (requires { row.key; }) difference.key = row.key;
      list.add(std::move(difference));
    }
  }
  return amounts;
}

}  // namespace

RevenueDifferences find_revenue_differences(const Joined& joined) {
  const Books& books = joined.run.books;
  const LedgerView& ledger = joined.ledger;
  DifferenceList list;
  Amounts events, reporting;
  if (!books.ledger_entries) return list.take();
  if (books.events)
    events =
        amounts_of(*books.events, joined.told_of, ledger, &RevenueDifference::events_minor, list);
  if (books.reporting)
    reporting = amounts_of(*books.reporting, transactions_of(*books.reporting, ledger), ledger,
                           &RevenueDifference::reporting_minor, list);
  for (const Transaction& transaction : ledger.transactions()) {
    if (!is_gaming(transaction.kind)) continue;
    const size_t place = ledger.index_of(transaction);
    const std::optional<Int128> booked = moved_minor(transaction);
    const auto told = [&](const Amounts& book) {
      return place < book.size() ? book[place] : std::nullopt;
    };
    const bool agree = (!books.events || told(events) == booked) &&
                       (!books.reporting || told(reporting) == booked);
    if (agree) continue;
    list.add({std::string(transaction.tx), std::string(transaction.key),
              std::string(transaction.kind), std::string(transaction.currency), booked,
              told(events), told(reporting)});
  }
  return list.take();
}

}  // namespace rehearse
