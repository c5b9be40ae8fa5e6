#include "checks/provider_flows.hpp"

#include <map>

namespace rehearse {

std::string_view entry_kind_of(const ProviderTransfer& transfer) {
  if (transfer.direction == "in") return "deposit";
  if (transfer.direction == "out") return "payout";
  return transfer.direction;
}

bool is_provider_kind(std::string_view entry_kind) {
  return entry_kind == "deposit" || entry_kind == "payout" || entry_kind == "refund" ||
         entry_kind == "chargeback";
}

Int128 transferred_minor(const Transaction& transaction) {
  // Only a deposit is taken from the provider's account.
  return transaction.kind == "deposit" ? -transaction.provider_minor : transaction.provider_minor;
}

std::set<std::string_view> given_back_unbooked(const Run& run, const LedgerView& ledger) {
  std::map<std::string_view, Int128> in, back;
  for (const ProviderTransfer& transfer : *run.books.provider_transfers) {
    if (transfer.state != "succeeded") continue;
    if (transfer.direction == "in") in[transfer.business_key] += transfer.amount_minor;
    if (transfer.direction == "refund") back[transfer.business_key] += transfer.amount_minor;
  }
  std::set<std::string_view> even;
  for (const auto& [key, minor] : back)
    if (in.contains(key) && in[key] == minor) even.insert(key);
  if (even.empty()) return even;
  for (const Transaction& transaction : ledger.transactions()) {
    if (is_provider_kind(transaction.kind)) even.erase(business_key_of(transaction.key));
  }
  return even;
}

}  // namespace rehearse
