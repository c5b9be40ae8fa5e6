// What providers and ledger tell of the same transfers, in one language.
#pragma once

#include <set>
#include <string_view>

#include "checks/view.hpp"
#include "record/run.hpp"

namespace rehearse {

// How the ledger calls a transfer: deposit (in), payout (out), refund, chargeback.
std::string_view entry_kind_of(const ProviderTransfer& transfer);

// deposit, payout, refund, chargeback: what moves a provider's account.
bool is_provider_kind(std::string_view entry_kind);

// What a transaction says that its provider moved, without the fee that it kept: positive as such a
// transaction should be.
Int128 transferred_minor(const Transaction& transaction);

// Business keys of deposits that their provider took and gave back again in whole, before the
// ledger knew of either: money that was refused. They are even, and nothing is booked of them.
std::set<std::string_view> given_back_unbooked(const Run& run, const LedgerView& ledger);

}  // namespace rehearse
