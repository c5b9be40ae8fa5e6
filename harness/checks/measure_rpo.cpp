// Recovery point by identity: what was acknowledged (or booked) and is not in the final books.
#include <map>
#include <unordered_set>

#include "checks/loss.hpp"
#include "checks/measures.hpp"
#include "checks/view.hpp"

namespace rehearse {
namespace {

std::optional<double> target_of(const Run& run, const std::string& store) {
  const auto found = run.targets.rpo_ms.find(store);
  if (found == run.targets.rpo_ms.end()) return std::nullopt;
  return static_cast<double>(found->second);
}

RpoRow ledger_row(const Run& run, const LedgerView& ledger) {
  RpoRow row;
  row.store = "ledger";
  row.target_ms = target_of(run, row.store);
  if (!run.books.ledger_entries) return row;
  const Loss loss =
      find_loss(run, ended_operations(run.history), ledger, intents_by_operation(run));
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
RpoRow downstream_row(const Run& run, const LedgerView& ledger, const std::string& store,
                      const std::optional<std::vector<Row>>& table) {
  RpoRow row;
  row.store = store;
  row.target_ms = target_of(run, store);
  if (!table || !run.books.ledger_entries) {
    const bool declared = run.capabilities.contains(store);
    row.verdict = row.target_ms && declared ? Verdict::inconclusive : Verdict::not_applicable;
    return row;
  }
  std::unordered_set<std::string_view> there;
  there.reserve(table->size());
  for (const Row& item : *table) there.insert(item.tx);
  std::map<std::string_view, Int128> gross;
  row.lost_count = 0;
  for (const Transaction& transaction : ledger.transactions()) {
    if (transaction.kind == "opening") continue;  // written before there was anything to lose
    ++row.examined;
    if (there.contains(transaction.tx)) continue;
    ++*row.lost_count;
    row.lost_keys.emplace_back(transaction.key);
    const Int128 cash = magnitude(transaction.cash_minor);
    gross[transaction.currency] += cash != 0 ? cash : magnitude(transaction.held_minor);
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

std::vector<RpoRow> measure_rpo(const Run& run) {
  const LedgerView ledger(run);
  return {ledger_row(run, ledger), downstream_row(run, ledger, "events", run.books.events),
          downstream_row(run, ledger, "reporting", run.books.reporting)};
}

}  // namespace rehearse
