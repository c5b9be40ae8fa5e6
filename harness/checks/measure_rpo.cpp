// Recovery point by identity: what was acknowledged (or booked) and is not in the final books.
#include <algorithm>
#include <limits>
#include <map>

#include "base/clock.hpp"
#include "checks/joined.hpp"
#include "checks/machine.hpp"
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

// When something was in a store, on the wall clock. A time in whole seconds is of the second's end.
std::optional<int64_t> latest_ns(const std::string& text) {
  const auto at_ns = parse_utc_ns(text);
  const bool whole_seconds = text.find('.') == std::string::npos;
  return at_ns && whole_seconds ? *at_ns + ns_per_s - 1 : at_ns;
}
const std::string& arrival_of(const LedgerEvent& event) {
  return event.first_at.empty() ? event.published_at : event.first_at;
}
const std::string& arrival_of(const ReportingRow& row) {
  return row.loaded_at;
}

// Of each transaction the first time that the store had it; max = it never had. nullopt: a row does
// not tell.
template <typename Row>
std::optional<std::vector<int64_t>> arrivals_ns(const Joined& joined, const std::vector<Row>& table,
                                                const std::vector<const Transaction*>& in_table) {
  std::vector<int64_t> arrived(joined.ledger.transactions().size(),
                               std::numeric_limits<int64_t>::max());
  for (size_t i = 0; i < table.size(); ++i) {
    if (in_table[i] == nullptr) continue;
    const auto at_ns = latest_ns(arrival_of(table[i]));
    if (!at_ns) return std::nullopt;
    int64_t& first = arrived[joined.ledger.index_of(*in_table[i])];
    first = std::min(first, *at_ns);
  }
  return arrived;
}

// How old the oldest transaction was that the ledger had at a fault and the store had not: what
// would have been lost with all that was on its way. The worst of all faults; null without one.
std::optional<double> lag_at_faults_ms(const Joined& joined, const std::vector<int64_t>& arrived) {
  const Run& run = joined.run;
  std::vector<std::optional<int64_t>> committed(arrived.size());
  for (const LedgerEntry& entry : *run.books.ledger_entries) {
    auto& at_ns = committed[joined.ledger.index_of(entry)];
    if (!at_ns) at_ns = parse_utc_ns(entry.committed_at);
  }
  std::optional<double> worst_ms;
  for (const FaultRecord& fault : run.faults) {
    if (!fault.effective_ms) continue;
    const int64_t fault_ns =
        run.zero_wall_ns + static_cast<int64_t>(*fault.effective_ms * ns_per_ms);
    int64_t lag_ns = 0;
    for (size_t i = 0; i < arrived.size(); ++i) {
      if (!committed[i]) return std::nullopt;
      if (*committed[i] <= fault_ns && arrived[i] > fault_ns)
        lag_ns = std::max(lag_ns, fault_ns - *committed[i]);
    }
    worst_ms = std::max(worst_ms.value_or(0), static_cast<double>(lag_ns) / ns_per_ms);
  }
  return worst_ms;
}

// What a target above 0 allows is lag: without one it cannot be said. A target of 0 is about what
// never arrives: what is on its way waits in the ledger's own books and is not lost.
Verdict downstream_verdict(const Run& run, const RpoRow& row) {
  if (!row.target_ms) return Verdict::not_applicable;
  if (row.examined == 0) return Verdict::inconclusive;
  if (*row.target_ms == 0) return *row.lost_count == 0 ? Verdict::pass : Verdict::fail;
  if (row.lag_at_fault_ms && *row.lag_at_fault_ms > *row.target_ms) {
    const bool late = std::ranges::any_of(run.faults, [&](const FaultRecord& fault) {
      return fault.effective_ms &&
             !machine_late(run, *fault.effective_ms - *row.lag_at_fault_ms, *fault.effective_ms)
                  .empty();
    });
    return late ? Verdict::inconclusive : Verdict::fail;
  }
  const bool had_fault = std::ranges::any_of(
      run.faults, [](const FaultRecord& fault) { return fault.effective_ms.has_value(); });
  const bool measured = row.lag_at_fault_ms || !had_fault;
  return measured && *row.lost_count == 0 ? Verdict::pass : Verdict::inconclusive;
}

// Ledger transactions that a store behind the ledger lacks after the drain, and its lag at the
// faults.
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
  if (const auto arrived = arrivals_ns(joined, *table, in_table))
    row.lag_at_fault_ms = lag_at_faults_ms(joined, *arrived);
  row.verdict = downstream_verdict(run, row);
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
