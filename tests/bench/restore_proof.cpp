// How long the proof of a restore takes, of a made ledger: the run is joined as for any verdict,
// and the restored database is compared with the primary's books, entry by entry.
//
//   restore_proof ENTRIES
//
// The last line: "ENTRIES entries: joined in S s, proven in S s". Exit 70: the proof does not pass,
// or passes when an entry is missing, and so its time says nothing; 64: wrong usage.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>

#include "base/clock.hpp"
#include "checks/check.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

constexpr int64_t accounts = 10'000, begun_s = 1'800'000'000, transactions_per_s = 200;

std::string at(int64_t s) {
  return rfc3339((begun_s + s) * 1'000'000'000);
}

// Bets between players and the house, each of two entries, with the key of each.
Books books_of(int64_t entries) {
  Books books;
  books.ledger_entries.emplace();
  books.intents.emplace();
  std::vector<int64_t> balances(accounts);
  for (int64_t seq = 1; seq <= entries; ++seq) {
    const int64_t bet = (seq - 1) / 2, minor = seq % 2 == 0 ? 1 : -1;
    const int64_t account = seq % 2 == 0 ? 0 : 1 + bet % (accounts - 1);
    LedgerEntry entry;
    entry.ledger = "wallet";
    entry.seq = seq;
    entry.tx = fmt::format("tx-{}", bet);
    entry.key = fmt::format("made-{}", bet);
    entry.account = fmt::format("a{}", account);
    entry.currency = "EUR";
    entry.amount_minor = minor;
    entry.kind = "bet";
    entry.hash = fmt::format("{:064x}", seq);
    entry.committed_at = at(bet / transactions_per_s);
    balances[static_cast<size_t>(account)] += minor;
    if (seq % 2 == 0)
      books.intents->push_back({entry.key, "bet", "p1", "", 1, "EUR", "done", entry.committed_at});
    books.ledger_entries->push_back(std::move(entry));
  }
  books.accounts.emplace();
  for (int64_t account = 0; account < accounts; ++account)
    books.accounts->push_back({fmt::format("a{}", account), "", "cash", "EUR",
                               balances[static_cast<size_t>(account)], std::nullopt});
  return books;
}

Run restored_run(int64_t entries) {
  Run run;
  run.restored = books_of(entries);
  run.books = run.restored;
  Backup backup;
  backup.label = "F";
  backup.expires_at = at(100'000'000);
  run.books.backups = {{backup}};
  Restore restore;
  restore.label = "F";
  restore.target_at = restore.started_at = at(entries / 2 / transactions_per_s + 60);
  restore.outcome = "ok";
  run.books.restores = {{restore}};
  return run;
}

const CheckSpec& the_check() {
  return *std::ranges::find(all_checks(), "restore_proof", &CheckSpec::name);
}

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

int measure(int64_t entries) {
  Run run = restored_run(entries);
  const auto began = std::chrono::steady_clock::now();
  const Joined joined(run);
  const double joined_s = seconds_since(began);
  const Finding finding = the_check().examine(joined);
  const double proven_s = seconds_since(began) - joined_s;
  std::cout << finding.summary << '\n';
  run.restored.ledger_entries->erase(run.restored.ledger_entries->begin() + entries / 2);
  const bool seen = the_check().examine(joined).verdict == Verdict::fail;
  if (finding.verdict != Verdict::pass || !seen) {
    for (const std::string& witness : finding.witnesses) std::cerr << witness << '\n';
    return 70;
  }
  std::cout << fmt::format("{} entries: joined in {:.2f} s, proven in {:.2f} s\n", entries,
                           joined_s, proven_s);
  return 0;
}

}  // namespace
}  // namespace rehearse

int main(int argc, char** argv) {
  int64_t entries = 0;
  if (argc == 2) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), entries);
  if (entries < 2 || entries % 2 != 0) {
    std::cerr << "usage: restore_proof ENTRIES, an even number\n";
    return 64;
  }
  return rehearse::measure(entries);
}
