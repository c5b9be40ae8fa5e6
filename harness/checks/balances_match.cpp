// Proves that balances follow from entries: each account's balance is the sum of its entries, its
// versions run from 1 without a gap, the account carries the last one; and every balance that a
// client was shown with a version is the ledger's running balance at that version.
// From: accounts, ledger_entries, client history (answers that carry a version).
// Cannot see: reads that were right but too old (reads_fresh), or answers without a version.
#include <algorithm>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

struct Step {
  int64_t version = 0;
  Int128 balance = 0;
};
struct Running {
  Int128 balance = 0;
  int64_t version = 0;      // last one; 0 = none yet
  std::vector<Step> steps;  // of players' cash accounts, by version
};
using Accounts = std::unordered_map<std::string_view, Running>;

Accounts run_ledger(Examination& examination, const LedgerView& ledger) {
  Accounts accounts;
  for (const LedgerEntry* entry : ledger.entries()) {
    Running& account = accounts[entry->account];
    account.balance += entry->amount_minor;
    if (!entry->version) continue;
    examination.examined();
    if (*entry->version != account.version + 1) {
      examination.violation("{}: version {} follows {} (seq {}, tx {})", entry->account,
                            *entry->version, account.version, entry->seq, entry->tx);
    }
    account.version = *entry->version;
    if (is_player_bucket(entry->account, "cash")) {
      account.steps.push_back({*entry->version, account.balance});
    }
  }
  for (auto& [name, account] : accounts) {
    if (!std::ranges::is_sorted(account.steps, {}, &Step::version)) {
      std::ranges::stable_sort(account.steps, {}, &Step::version);
    }
  }
  return accounts;
}

void examine_accounts(Examination& examination, const std::vector<Account>& table,
                      const std::vector<LedgerEntry>& entries, const Accounts& ledger) {
  std::unordered_map<std::string_view, int> seen;
  for (const Account& account : table) {
    examination.examined();
    if (++seen[account.account] > 1) examination.violation("{}: account twice", account.account);
    const auto found = ledger.find(account.account);
    const Running running = found == ledger.end() ? Running{} : found->second;
    if (running.balance != account.balance_minor) {
      examination.violation("{}: balance {}, its entries sum to {}", account.account,
                            money(account.balance_minor, account.currency),
                            money(running.balance, account.currency));
    }
    if (account.version && *account.version != running.version) {
      examination.violation("{}: version {}, its last entry has {}", account.account,
                            *account.version, running.version);
    }
  }
  for (const LedgerEntry& entry : entries) {
    if (seen[entry.account]++ > 0) continue;
    examination.violation("{}: has entries (seq {}) but no account", entry.account, entry.seq);
  }
}

void examine_clients(Examination& examination, const Joined& joined, const Accounts& ledger) {
  const Run& run = joined.run;
  std::string name;
  for (const Attempt& attempt : run.history.attempts) {
    if (attempt.outcome != Outcome::ok || attempt.version == 0) continue;
    examination.examined();
    const Operation& operation = run.history.operations.at(attempt.operation);
    const std::string_view currency = name_of(operation.currency);
    name.assign("player:").append(player_name(operation.player)).append(":cash:").append(currency);
    const auto found = ledger.find(name);
    const Step* step = nullptr;
    if (found != ledger.end()) {
      const auto& steps = found->second.steps;
      const auto at = std::ranges::lower_bound(steps, attempt.version, {}, &Step::version);
      if (at != steps.end() && at->version == attempt.version) step = &*at;
    }
    if (step != nullptr && step->balance == attempt.balance_minor) continue;
    const std::string text = fmt::format(
        "{}: {} of {} showed {} at version {}, the ledger has {}", name,
        key_of(run.history.run_key, operation.id), name_of(operation.kind),
        money(attempt.balance_minor, currency), attempt.version,
        step == nullptr ? std::string("no such version") : money(step->balance, currency));
    if (joined.loss.explains(attempt)) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
}

}  // namespace

Finding examine_balances_match(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.ledger_entries || !run.books.accounts) {
    return without_books("balances_match", "ledger_entries or accounts");
  }
  Examination examination("balances_match");
  const Accounts ledger = run_ledger(examination, joined.ledger);
  examine_accounts(examination, *run.books.accounts, *run.books.ledger_entries, ledger);
  examine_clients(examination, joined, ledger);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} accounts, and every balance that clients saw, follow from the entries",
                        run.books.accounts->size())
          : fmt::format("balances do not follow from the entries: {}",
                        counted(examination.violations(), "difference"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
