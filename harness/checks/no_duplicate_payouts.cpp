// Proves that a withdrawal was paid at most once: by business key at most one outgoing transfer
// that succeeded or is pending across ALL providers, at most one payout in the ledger, and both of
// the same amount.
// From: provider_transfers (the providers' own books), ledger_entries.
// Cannot see: two withdrawals that a player asked for with two keys but meant as one.
#include <map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

struct Payout {
  std::vector<const ProviderTransfer*> transfers;
  std::vector<const Transaction*> transactions;
};

std::string listing(const std::vector<const ProviderTransfer*>& transfers) {
  std::string text;
  for (const ProviderTransfer* transfer : transfers) {
    text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", transfer->provider,
                        transfer->transfer, transfer->state);
  }
  return text;
}

void examine_payout(Examination& examination, std::string_view key, const Payout& payout) {
  if (payout.transfers.size() > 1) {
    examination.violation("{}: paid {} times: {}", key, payout.transfers.size(),
                          listing(payout.transfers));
  }
  if (payout.transactions.size() > 1) {
    examination.violation("{}: {} payouts in the ledger: tx {} and {}", key,
                          payout.transactions.size(), payout.transactions[0]->tx,
                          payout.transactions[1]->tx);
  }
  if (payout.transfers.size() != 1 || payout.transactions.size() != 1) return;
  const ProviderTransfer& transfer = *payout.transfers[0];
  const Transaction& transaction = *payout.transactions[0];
  if (transfer.amount_minor == magnitude(transaction.held_minor) &&
      transfer.currency == transaction.currency) {
    return;
  }
  examination.violation("{}: {} paid {}, the ledger {}", key, transfer.provider,
                        money(transfer.amount_minor, transfer.currency),
                        money(magnitude(transaction.held_minor), transaction.currency));
}

}  // namespace

Finding examine_no_duplicate_payouts(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.ledger_entries || !run.books.provider_transfers) {
    return without_books("no_duplicate_payouts", "ledger_entries or provider_transfers");
  }
  std::map<std::string_view, Payout> payouts;
  for (const ProviderTransfer& transfer : *run.books.provider_transfers) {
    if (transfer.direction != "out") continue;
    Payout& payout = payouts[transfer.business_key];
    if (transfer.state == "succeeded" || transfer.state == "pending") {
      payout.transfers.push_back(&transfer);
    }
  }
  for (const Transaction& transaction : joined.ledger.transactions()) {
    if (transaction.kind != "payout") continue;
    payouts[business_key_of(transaction.key)].transactions.push_back(&transaction);
  }
  Examination examination("no_duplicate_payouts");
  examination.examined(static_cast<int64_t>(payouts.size()));
  for (const auto& [key, payout] : payouts) examine_payout(examination, key, payout);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} withdrawals: none paid twice", payouts.size())
          : fmt::format("{} in {} withdrawals: paid twice, or another amount",
                        counted(examination.violations(), "violation"), payouts.size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
