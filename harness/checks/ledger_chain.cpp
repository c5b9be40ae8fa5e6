// Proves that no entry was changed, removed or slipped in after it was written: every hash is
// recomputed from its columns, and every entry names the hash of the one before it.
// From: ledger_entries alone.
// Cannot see: a ledger that was rewritten as a whole with new hashes, or cut off at its end (the
// clients' acknowledgements show that: no_lost_writes, balances_match).
#include "checks/chain.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {

Finding examine_ledger_chain(const Joined& joined) {
  if (!joined.run.books.ledger_entries) return without_books("ledger_chain", "ledger_entries");
  const auto& entries = joined.ledger.entries();
  Examination examination("ledger_chain");
  ChainHasher hasher;
  const LedgerEntry* previous = nullptr;
  for (const LedgerEntry* at : entries) {
    const LedgerEntry& entry = *at;
    examination.examined();
    const bool first = previous == nullptr || previous->ledger != entry.ledger;
    const std::string& expected = first ? genesis_prev_hash : previous->hash;
    if (entry.prev_hash != expected) {
      examination.violation("ledger {} seq {} (tx {}): follows {:.12}…, but {} {:.12}…",
                            entry.ledger, entry.seq, entry.tx, entry.prev_hash,
                            first ? "genesis is" : "the entry before has", expected);
    }
    if (const std::string_view hash = hasher.hash_of(entry); entry.hash != hash) {
      examination.violation("ledger {} seq {} (tx {}): carries {:.12}…, its columns give {:.12}…",
                            entry.ledger, entry.seq, entry.tx, entry.hash, hash);
    }
    previous = &entry;
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} entries: every hash recomputed, every link closed", entries.size())
          : fmt::format("{} in {} entries: hashes or links are wrong",
                        counted(examination.violations(), "violation"), entries.size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
