// Proves that no money left and none was credited unscreened: every payout that a provider has, and
// every deposit that the ledger has, was found clear before; or, of deposits only, let through
// while no screening provider could be asked, within the player's bound, and screened later. And
// every clear screening is a finding in that screening provider's own book, or an officer's, made
// before by its clock too, on the same player and money. From:
// screenings, provider_transfers and screening_verdicts (the outside parties' own books),
// ledger_entries.
// Cannot see: the order of two instants that clocks of different machines put closer than they are
// apart (a tenth of a second is allowed for).
#include <map>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/instants.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

constexpr int64_t clock_skew_ms = 100;

class Gate {
 public:
  Gate(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), books_(joined.run.books) {
    for (const ScreeningRow& row : *books_.screenings) rows_[row.business_key] = &row;
    for (const Transaction& transaction : joined.ledger.transactions())
      if (transaction.kind == "hold")
        players_[business_key_of(transaction.key)] = transaction.player;
    if (!books_.screening_verdicts) return;
    for (const ScreeningVerdict& verdict : *books_.screening_verdicts)
      verdicts_[{verdict.provider, verdict.business_key}] = &verdict;
  }

  void examine_payouts() {
    for (const ProviderTransfer& transfer : *books_.provider_transfers) {
      if (transfer.direction != "out") continue;
      // One that failed moved nothing, and yet it was sent.
      examination_.examined();
      ++payouts_;
      const auto at_ms = wall_ms_of(transfer.at);
      const std::string did = fmt::format("sent to {}", transfer.provider);
      examine_passed(transfer.business_key, "payout", at_ms, did);
      examine_found(transfer.business_key, at_ms, did);
      examine_terms(transfer.business_key, player_of_payment(transfer.business_key),
                    transfer.amount_minor, transfer.currency);
    }
  }

  void examine_deposits() {
    std::unordered_map<std::string_view, const LedgerEntry*> first_of;  // by tx
    for (const LedgerEntry& entry : *books_.ledger_entries)
      if (entry.kind == "deposit") first_of.try_emplace(entry.tx, &entry);
    for (const auto& [tx, entry] : first_of) {
      examination_.examined();
      ++deposits_;
      examine_passed(business_key_of(entry->key), "deposit", wall_ms_of(entry->committed_at),
                     fmt::format("credited as tx {}", tx));
      const Transaction& deposit = *joined_.ledger.find_tx(tx);
      examine_terms(business_key_of(entry->key), deposit.player, deposit.cash_minor,
                    deposit.currency);
    }
  }

  void examine_screenings() {
    for (const ScreeningRow& row : *books_.screenings) {
      if (row.state == "clear") examine_finding(row);
      if (!row.deferred_at_ms) continue;
      ++deferred_;
      deferrals_[{row.player, row.currency}].push_back(&row);
      if (row.direction != "deposit")
        examination_.violation("{}: a {} was let through unscreened", row.business_key,
                               row.direction);
      if (row.state == "deferred") never_screened(row);
    }
    for (auto& [name, rows] : deferrals_) examine_bound(name.first, rows);
  }

  std::string summary() const {
    return fmt::format("{} payouts and {} deposits; {} let through and screened later", payouts_,
                       deposits_, deferred_);
  }

 private:
  void wrong(std::string_view key, std::string_view what) {
    if (joined_.loss.explains(key)) return examination_.listed("{}: {}", key, what);
    examination_.violation("{}: {}", key, what);
  }

  void examine_passed(std::string_view key, std::string_view direction,
                      std::optional<int64_t> at_ms, const std::string& did) {
    const auto found = rows_.find(key);
    if (found == rows_.end()) return wrong(key, did + " without a screening");
    const ScreeningRow& row = *found->second;
    if (row.direction != direction)
      return wrong(key, did + " on a screening of a " + row.direction);
    if (!at_ms) return examination_.cannot_say(fmt::format("{}: its instant is not told", key));
    const bool clear_before =
        row.state == "clear" && row.decided_at_ms && *row.decided_at_ms <= *at_ms + clock_skew_ms;
    const bool deferred_before =
        row.deferred_at_ms && *row.deferred_at_ms <= *at_ms + clock_skew_ms;
    if (clear_before || deferred_before) return;
    if (row.state != "clear") {
      // The books are not of one instant: while it still worked, what came after the screenings
      // were read may have been found clear in between. A refusal is for good.
      if (!joined_.run.drained_ms && row.state != "refused")
        return examination_.cannot_say(
            fmt::format("{}: {}, and {} when the drain ran out", key, did, row.state));
      return wrong(key, fmt::format("{} while {}", did, row.state));
    }
    wrong(key,
          fmt::format("{} {} ms before it was clear", did, row.decided_at_ms.value_or(0) - *at_ms));
  }

  std::string_view player_of_payment(std::string_view key) const {
    const auto found = players_.find(key);
    return found == players_.end() ? std::string_view() : found->second;
  }

  // What was screened is what moved. `player` empty: not told.
  void examine_terms(std::string_view key, std::string_view player, Int128 amount_minor,
                     std::string_view currency) {
    const auto found = rows_.find(key);
    if (found == rows_.end()) return;
    const ScreeningRow& row = *found->second;
    if (row.amount_minor == amount_minor && row.currency == currency &&
        (player.empty() || row.player == player))
      return;
    wrong(key, fmt::format("{} of {} was screened, {} of {} moved",
                           money(row.amount_minor, row.currency), row.player,
                           money(amount_minor, currency), player.empty() ? "him" : player));
  }

  // Before it was sent by the screening provider's own clock too, not by the platform's alone.
  void examine_found(std::string_view key, std::optional<int64_t> at_ms, const std::string& did) {
    const auto row = rows_.find(key);
    if (row == rows_.end() || !at_ms) return;
    const auto verdict = verdicts_.find({row->second->decided_by, key});
    if (verdict == verdicts_.end()) return;
    const auto found_ms = wall_ms_of(verdict->second->decided_at);
    if (!found_ms || *found_ms <= *at_ms + clock_skew_ms) return;
    wrong(key, fmt::format("{} {} ms before {} had found it {}", did, *found_ms - *at_ms,
                           row->second->decided_by, verdict->second->state));
  }

  // Whoever is named as having found it clear has it in his own book.
  void examine_finding(const ScreeningRow& row) {
    if (row.decided_by.starts_with("officer:")) return;
    if (!books_.screening_verdicts) return;
    const auto found = verdicts_.find({row.decided_by, row.business_key});
    if (found == verdicts_.end())
      return examination_.violation("{}: clear by {}, whose book does not have it",
                                    row.business_key, row.decided_by);
    if (found->second->state != "clear")
      examination_.violation("{}: clear, though {} found it {}", row.business_key, row.decided_by,
                             found->second->state);
  }

  void never_screened(const ScreeningRow& row) {
    if (joined_.run.drained_ms)
      return wrong(row.business_key, "let through, and never screened afterwards");
    examination_.cannot_say(
        fmt::format("{} waited for its screening when the drain ran out", row.business_key));
  }

  // The sum over every window that ends with a deferral.
  void examine_bound(std::string_view player, std::vector<const ScreeningRow*>& rows) {
    std::ranges::sort(rows, {}, [](const ScreeningRow* row) { return *row->deferred_at_ms; });
    for (size_t i = 0; i < rows.size(); ++i) {
      const ScreeningRow& last = *rows[i];
      if (!last.bound_minor || !last.window_s) {
        examination_.violation("{}: let through without a bound", last.business_key);
        continue;
      }
      Int128 sum = 0;
      for (size_t j = 0; j <= i; ++j)
        if (*rows[j]->deferred_at_ms > *last.deferred_at_ms - *last.window_s * 1000)
          sum += rows[j]->amount_minor;
      if (sum <= *last.bound_minor) continue;
      examination_.violation("{}: {} let through unscreened within {} s, its bound is {}", player,
                             money(sum, last.currency), *last.window_s,
                             money(*last.bound_minor, last.currency));
    }
  }

  Examination& examination_;
  const Joined& joined_;
  const Books& books_;
  std::unordered_map<std::string_view, const ScreeningRow*> rows_;  // by business key
  std::unordered_map<std::string_view, std::string_view> players_;  // of payouts, by business key
  std::map<std::pair<std::string_view, std::string_view>, const ScreeningVerdict*> verdicts_;
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const ScreeningRow*>>
      deferrals_;  // by player and currency
  int64_t payouts_ = 0, deposits_ = 0, deferred_ = 0;
};

}  // namespace

Finding examine_nothing_unscreened(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.screenings || !books.provider_transfers || !books.ledger_entries)
    return without_books("nothing_unscreened", "screenings, provider_transfers or ledger_entries");
  Examination examination("nothing_unscreened");
  Gate gate(examination, joined);
  gate.examine_payouts();
  gate.examine_deposits();
  gate.examine_screenings();
  if (!books.screening_verdicts)
    examination.cannot_say("the screening providers' own books are missing");
  return std::move(examination).finish(gate.summary());
}

}  // namespace rehearse
