// Proves that the audit history tells who did what, whole and untouched: every transaction of the
// ledger has one row with its key, kind and amount, no row tells of a transaction that is not
// there, and each chain of rows is without a gap and hashes to what it says.
// From: audit, ledger_entries.
// Cannot see: what was refused as an attack and never written down by whoever refused it.
#include <map>

#include "base/sha256.hpp"
#include "base/units.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

std::string hash_of(const AuditEntry& row) {
  return sha256_hex(fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", row.chain, row.position, row.tx,
                                row.key, row.kind, row.actor, row.amount_minor, row.currency,
                                row.at, row.prev_hash));
}

class Audit {
 public:
  Audit(Examination& examination, const Joined& joined)
      : examination_(examination),
        joined_(joined),
        told_(joined.ledger.transactions().size(), nullptr) {}

  void examine() {
    for (const AuditEntry& row : *joined_.run.books.audit) {
      examination_.examined();
      chains_[row.chain].push_back(&row);
      if (row.tx.empty())
        security_ += row.amount_minor;
      else
        examine_row(row);
    }
    for (auto& [chain, rows] : chains_) examine_chain(rows);
    examine_missing();
  }

  size_t chains() const { return chains_.size(); }
  Int128 security() const { return security_; }

 private:
  static std::string place(const AuditEntry& row) {
    return fmt::format("{}#{}", row.chain, row.position);
  }

  void examine_row(const AuditEntry& row) {
    const Transaction* transaction = joined_.ledger.find_tx(row.tx);
    if (transaction == nullptr) {
      const std::string text =
          fmt::format("audit row {}: {} {} of {}, tx {}, which the ledger lacks", place(row),
                      row.kind, money(row.amount_minor, row.currency), row.key, row.tx);
      if (joined_.loss.explains(business_key_of(row.key), row.at))
        examination_.listed("{}", text);
      else
        examination_.violation("{}", text);
      return;
    }
    const AuditEntry*& told = told_[joined_.ledger.index_of(*transaction)];
    if (told != nullptr)
      examination_.violation("tx {}: in the audit history twice, {} and {}", row.tx, place(*told),
                             place(row));
    told = &row;
    const Int128 moved = moved_minor(*transaction);
    if (row.key == transaction->key && row.kind == transaction->kind &&
        row.currency == transaction->currency && magnitude(row.amount_minor) == moved)
      return;
    examination_.violation("tx {}: {} {} {} in the ledger, {} {} {} in audit row {}",
                           transaction->tx, transaction->key, transaction->kind,
                           money(moved, transaction->currency), row.key, row.kind,
                           money(row.amount_minor, row.currency), place(row));
  }

  void examine_chain(std::vector<const AuditEntry*>& rows) {
    std::ranges::sort(rows, {}, &AuditEntry::position);
    std::string previous(64, '0');
    int64_t position = 0;
    for (const AuditEntry* row : rows) {
      ++position;
      if (row->position != position)
        examination_.violation("chain {}: row {} where {} should be", row->chain, row->position,
                               position);
      else if (row->prev_hash != previous)
        examination_.violation("audit row {}: does not follow from the row before", place(*row));
      else if (row->hash != hash_of(*row))
        examination_.violation("audit row {}: was changed, its hash is another", place(*row));
      previous = row->hash;
      position = row->position;
    }
  }

  void examine_missing() {
    int64_t open = 0;
    for (const Transaction& transaction : joined_.ledger.transactions()) {
      examination_.examined();
      if (told_[joined_.ledger.index_of(transaction)] != nullptr) continue;
      if (!joined_.run.drained_ms) {  // it may only have needed more time
        ++open;
        continue;
      }
      examination_.violation("tx {} (seq {}): {} of {} has no audit row", transaction.tx,
                             transaction.seq, transaction.kind, transaction.key);
    }
    if (open > 0)
      examination_.cannot_say(fmt::format("{} without an audit row when the drain ran out",
                                          counted(open, "transaction")));
  }

  Examination& examination_;
  const Joined& joined_;
  std::vector<const AuditEntry*> told_;  // of each transaction its row
  std::map<std::string_view, std::vector<const AuditEntry*>> chains_;
  Int128 security_ = 0;
};

}  // namespace

Finding examine_audit_complete(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.audit)
    return without_books("audit_complete", "ledger_entries or audit");
  Examination examination("audit_complete");
  Audit audit(examination, joined);
  audit.examine();
  const std::string counts = fmt::format(
      "{} rows in {}, {} refused as attacks", books.audit->size(),
      counted(static_cast<int64_t>(audit.chains()), "chain"), to_string(audit.security()));
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{}: complete and untouched", counts)
          : fmt::format("{}: {}", counts, counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
