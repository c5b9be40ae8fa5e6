// Proves that the reporting has every transaction of the ledger, as it is there, and nothing else:
// each copy of the reporting by itself, since people may ask any. Rows are loaded at least once:
// copies of a row are counted, not wrong, because reports count a transaction once.
// From: ledger_entries, reporting, lags (which copies there are), events (for the keys of what the
// ledger lost).
// Cannot see: how late rows were (rpo), or whether a report adds them up right (pnl_matches).
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

class Reporting {
 public:
  Reporting(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined) {
    if (!joined.run.books.events) return;
    for (const LedgerEvent& event : *joined.run.books.events) key_of_tx_[event.tx] = event.key;
  }

  void examine() {
    for (const ReportingRow& row : *joined_.run.books.reporting) {
      examination_.examined();
      std::vector<bool>& seen = seen_[row.node];
      if (seen.empty()) seen.resize(joined_.ledger.transactions().size());
      const Transaction* transaction = joined_.ledger.find_tx(row.tx);
      if (transaction == nullptr) {
        phantom(row);
        continue;
      }
      const size_t index = joined_.ledger.index_of(*transaction);
      copies_ += seen[index] ? 1 : 0;
      seen[index] = true;
      examine_content(row, *transaction);
    }
    for (const auto& [node, seen] : seen_) examine_missing(node, seen);
    examine_copies();
    if (open_ > 0)
      examination_.cannot_say(fmt::format("{} not in the reporting when the drain ran out",
                                          counted(open_, "transaction")));
  }

  int64_t copies() const { return copies_; }
  size_t nodes() const { return seen_.size(); }

 private:
  static std::string place(std::string_view node) {
    return node.empty() ? "the reporting" : std::string(node);
  }

  // Whoever loads the copies says how far behind each is: one that has no row at all is empty.
  void examine_copies() {
    constexpr std::string_view lag_of_copy = "lag_reporting_";
    if (!joined_.run.books.lags || joined_.ledger.transactions().empty()) return;
    std::set<std::string> expected;
    for (const LagSample& lag : *joined_.run.books.lags)
      if (lag.what.starts_with(lag_of_copy)) expected.insert(lag.what.substr(lag_of_copy.size()));
    for (auto& [node, seen] : seen_) {
      std::string name(node);
      std::ranges::replace(name, '-', '_');
      expected.erase(name);
    }
    for (const std::string& name : expected)
      examination_.violation("{}: is loaded, and the reporting has no row of it", name);
  }

  void phantom(const ReportingRow& row) {
    const std::string text =
        fmt::format("{}: {} {}, tx {}, which the ledger lacks", place(row.node), row.kind,
                    money(row.amount_minor, row.currency), row.tx);
    const auto key = key_of_tx_.find(row.tx);
    const bool lost =
        key != key_of_tx_.end() && joined_.loss.explains(business_key_of(key->second));
    if (lost) {
      examination_.listed("{}", text);
    } else {
      examination_.violation("{}", text);
    }
  }

  void examine_content(const ReportingRow& row, const Transaction& transaction) {
    const Int128 moved = moved_minor(transaction);
    if (row.kind == transaction.kind && row.currency == transaction.currency &&
        magnitude(row.amount_minor) == moved)
      return;
    examination_.violation("tx {}: {} {} in the ledger, {} {} in {}", transaction.tx,
                           transaction.kind, money(moved, transaction.currency), row.kind,
                           money(row.amount_minor, row.currency), place(row.node));
  }

  void examine_missing(std::string_view node, const std::vector<bool>& seen) {
    for (const Transaction& transaction : joined_.ledger.transactions()) {
      examination_.examined();
      if (!seen.empty() && seen[joined_.ledger.index_of(transaction)]) continue;
      if (!joined_.run.drained_ms) {  // it may only have needed more time
        ++open_;
        continue;
      }
      examination_.violation("tx {} (seq {}): {} {} of {} is not in {}", transaction.tx,
                             transaction.seq, transaction.kind,
                             money(moved_minor(transaction), transaction.currency), transaction.key,
                             place(node));
    }
  }

  Examination& examination_;
  const Joined& joined_;
  std::unordered_map<std::string_view, std::string_view> key_of_tx_;
  std::map<std::string_view, std::vector<bool>> seen_;  // by copy: transactions that it has
  int64_t copies_ = 0, open_ = 0;
};

}  // namespace

Finding examine_reporting_complete(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.reporting)
    return without_books("reporting_complete", "ledger_entries or reporting");
  Examination examination("reporting_complete");
  Reporting reporting(examination, joined);
  reporting.examine();
  const std::string counts = fmt::format(
      "{} rows of {} transactions in {}, {}", books.reporting->size(),
      joined.ledger.transactions().size(),
      reporting.nodes() == 1 ? "1 copy of the reporting"
                             : fmt::format("{} copies of the reporting", reporting.nodes()),
      reporting.copies() == 1 ? "1 row loaded again"
                              : fmt::format("{} rows loaded again", reporting.copies()));
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{}: complete", counts)
          : fmt::format("{}: {}", counts, counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
