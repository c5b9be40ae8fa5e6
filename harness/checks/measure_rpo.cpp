// Recovery point by identity: what was acknowledged (or booked) and is not in the final books.
#include <map>

#include "checks/joined.hpp"
#include "checks/measures.hpp"

namespace rehearse {
namespace {

std::optional<double> target_of(const Run& run, const std::string& store) {
  const auto found = run.targets.rpo_ms.find(store);
  if (found == run.targets.rpo_ms.end()) return std::nullopt;
  return static_cast<double>(found->second);
}

RpoRow ledger_row(const Joined& joined) {
  const Run& run = joined.run;
  RpoRow row;
  row.store = "ledger";
  row.target_ms = target_of(run, row.store);
  if (!run.books.ledger_entries) return row;
  const Loss& loss = joined.loss;
  row.examined = loss.examined;
  row.lost_count = static_cast<int64_t>(loss.lost.size());
  row.lost_ms = loss.lost_ms;
  row.holes = loss.holes;
  std::map<std::string_view, Int128> gross;
  for (const LostWrite& lost : loss.lost) {
    gross[name_of(run.history.operations[lost.operation].currency)] += lost.amount_minor;
    row.lost_keys.push_back(lost.key);
  }
  for (const auto& [currency, minor] : gross)
    row.lost_money.push_back({std::string(currency), minor});
  if (loss.holes > 0) {
    row.verdict = Verdict::fail;
  } else if (!row.target_ms) {
    row.verdict = Verdict::not_applicable;
  } else if (loss.examined > 0) {
    row.verdict = loss.within_target ? Verdict::pass : Verdict::fail;
  }
  return row;
}

// Ledger transactions that a store behind the ledger lacks after the drain. The lag at the fault,
// which its target is about, needs a clock on the way there: not measured here, so null.
template <typename Row>
RpoRow downstream_row(const Joined& joined, const std::string& store,
                      const std::optional<std::vector<Row>>& table,
                      const std::vector<const Transaction*>& in_table) {
  const Run& run = joined.run;
  RpoRow row;
  row.store = store;
  row.target_ms = target_of(run, store);
  if (!table || !run.books.ledger_entries) {
    const bool declared = run.capabilities.contains(store);
    row.verdict = row.target_ms && declared ? Verdict::inconclusive : Verdict::not_applicable;
    return row;
  }
  std::vector<bool> there(joined.ledger.transactions().size(), false);
  for (const Transaction* transaction : in_table) {
    if (transaction != nullptr) there[joined.ledger.index_of(*transaction)] = true;
  }
  std::map<std::string_view, Int128> gross;
  row.lost_count = 0;
  for (const Transaction& transaction : joined.ledger.transactions()) {
    if (transaction.kind == "opening") continue;  // written before there was anything to lose
    ++row.examined;
    if (there[joined.ledger.index_of(transaction)]) continue;
    ++*row.lost_count;
    row.lost_keys.emplace_back(transaction.key);
    gross[transaction.currency] += moved_minor(transaction);
  }
  for (const auto& [currency, minor] : gross)
    row.lost_money.push_back({std::string(currency), minor});
  if (*row.lost_count == 0) row.lost_ms = 0;
  if (!row.target_ms) {
    row.verdict = Verdict::not_applicable;
  } else if (row.examined > 0) {
    // Not everything arrived: with a target above 0 its age would have to be known.
    const bool open = *row.target_ms > 0;
    row.verdict = *row.lost_count == 0 ? Verdict::pass
                  : open               ? Verdict::inconclusive
                                       : Verdict::fail;
  }
  return row;
}

}  // namespace

std::vector<RpoRow> measure_rpo(const Joined& joined) {
  const Books& books = joined.run.books;
  std::vector<const Transaction*> reported;
  if (books.reporting) reported = transactions_of(*books.reporting, joined.ledger);
  return {ledger_row(joined), downstream_row(joined, "events", books.events, joined.told_of),
          downstream_row(joined, "reporting", books.reporting, reported)};
}

}  // namespace rehearse
