// Proves that no player ever had less than nothing: balances of cash, bonus and held accounts,
// recomputed entry by entry in the ledger's order, never fall below zero, so that every bet and
// every hold was covered when it was taken, and neither do jackpot pools; and no client was shown a
// balance below zero. From: ledger_entries, client history (answers that carry a version). Cannot
// see: credit that was booked to a player by mistake and then spent (pnl_matches).
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

bool may_not_owe(std::string_view account) {
  return is_player_bucket(account, "cash") || is_player_bucket(account, "bonus") ||
         is_player_bucket(account, "held") || account.starts_with("jackpot:");
}

void examine_entries(Examination& examination, const LedgerView& ledger) {
  std::unordered_map<std::string_view, Int128> balances;
  for (const LedgerEntry* entry : ledger.entries()) {
    if (!may_not_owe(entry->account)) continue;
    examination.examined();
    Int128& balance = balances[entry->account];
    const Int128 before = balance;
    balance += entry->amount_minor;
    if (balance >= 0 || entry->amount_minor >= 0) continue;
    examination.violation("{}: {} {} takes {} of {} (seq {}, tx {})", entry->account, entry->kind,
                          entry->key, money(-Int128{entry->amount_minor}, entry->currency),
                          money(before, entry->currency), entry->seq, entry->tx);
  }
}

void examine_answers(Examination& examination, const Run& run) {
  for (const Attempt& attempt : run.history.attempts) {
    if (attempt.outcome != Outcome::ok || attempt.version == 0) continue;
    examination.examined();
    if (attempt.balance_minor >= 0) continue;
    const Operation& operation = run.history.operations.at(attempt.operation);
    examination.violation(
        "{} {} of {}: shown {} at version {}", key_of(run.history.run_key, operation.id),
        name_of(operation.kind), player_name(operation.player),
        money(attempt.balance_minor, name_of(operation.currency)), attempt.version);
  }
}

}  // namespace

Finding examine_no_overspend(const Joined& joined) {
  if (!joined.run.books.ledger_entries) return without_books("no_overspend", "ledger_entries");
  Examination examination("no_overspend");
  examine_entries(examination, joined.ledger);
  examine_answers(examination, joined.run);
  const std::string summary =
      examination.violations() == 0
          ? "every bet and hold was covered: no player's account was ever below zero"
          : fmt::format("more was taken than there was: {}",
                        counted(examination.violations(), "time"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
