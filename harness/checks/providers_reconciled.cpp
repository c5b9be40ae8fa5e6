// Proves that the providers' books close against ours, payment by payment: what succeeded at a
// provider is booked on its account and its payment is settled; a declined payment has nothing that
// succeeded; nothing is still pending; and nothing else was booked on a provider's account.
// From: provider_transfers (the providers' own books), ledger_entries, intents if they are there.
// Cannot see: money that a provider moved without a transfer in its book.
#include <map>
#include <tuple>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

// What a payment moved, in both books, by provider, kind (deposit, payout) and currency.
using Flow = std::tuple<std::string_view, std::string_view, std::string_view>;
struct Sides {
  Int128 provider_minor = 0, ledger_minor = 0;
};

struct Payment {
  std::vector<const ProviderTransfer*> transfers;
  const Intent* intent = nullptr;
  std::map<Flow, Sides> flows;
};

struct Closing {
  Int128 in_minor = 0, out_minor = 0;  // succeeded, by the provider's book
};

class Reconciliation {
 public:
  Reconciliation(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), run_(joined.run) {
    for (const ProviderTransfer& transfer : *run_.books.provider_transfers) add(transfer);
    for (const Transaction& transaction : joined.ledger.transactions()) add(transaction);
    if (!run_.books.intents) return;
    for (const Intent& intent : *run_.books.intents) {
      if (is_payment(intent)) payments_[intent.business_key].intent = &intent;
    }
  }

  void examine() {
    for (const auto& [key, payment] : payments_) {
      examination_.examined();
      examine_flows(key, payment);
      examine_states(key, payment);
    }
    if (open_ == 0) return;
    examination_.cannot_say(
        fmt::format("{} open when the drain ran out", counted(open_, "payment")));
  }

  std::string closing() const {
    std::string text;
    for (const auto& [name, closing] : closing_) {
      const auto& [provider, currency] = name;
      text += fmt::format("{}{}: {} in, {} out", text.empty() ? "" : "; ", provider,
                          money(closing.in_minor, currency), money(closing.out_minor, currency));
    }
    return text.empty() ? "no transfer succeeded" : text;
  }

 private:
  void add(const ProviderTransfer& transfer) {
    Payment& payment = payments_[transfer.business_key];
    payment.transfers.push_back(&transfer);
    if (transfer.state != "succeeded") return;
    const bool in = transfer.direction == "in";
    payment.flows[{transfer.provider, in ? "deposit" : "payout", transfer.currency}]
        .provider_minor += transfer.amount_minor;
    Closing& closing = closing_[{transfer.provider, transfer.currency}];
    (in ? closing.in_minor : closing.out_minor) += transfer.amount_minor;
  }

  void add(const Transaction& transaction) {
    if (transaction.provider.empty()) return;
    if (transaction.kind != "deposit" && transaction.kind != "payout") {
      return examination_.violation("tx {} ({} {}): {} on the account of {}", transaction.tx,
                                    transaction.kind, transaction.key,
                                    money(transaction.provider_minor, transaction.currency),
                                    transaction.provider);
    }
    // A deposit is taken from the provider's account, a payout put on it.
    const int sign = transaction.kind == "deposit" ? -1 : 1;
    payments_[business_key_of(transaction.key)]
        .flows[{transaction.provider, transaction.kind, transaction.currency}]
        .ledger_minor += sign * transaction.provider_minor;
  }

  void examine_flows(std::string_view key, const Payment& payment) {
    for (const auto& [flow, sides] : payment.flows) {
      if (sides.provider_minor == sides.ledger_minor) continue;
      const auto& [provider, kind, currency] = flow;
      wrong(
          key, sides.ledger_minor == 0,
          fmt::format("{} at {}: the provider moved {}, the ledger {}", kind, provider,
                      money(sides.provider_minor, currency), money(sides.ledger_minor, currency)));
    }
  }

  void examine_states(std::string_view key, const Payment& payment) {
    const ProviderTransfer* succeeded = nullptr;
    for (const ProviderTransfer* transfer : payment.transfers) {
      if (transfer->state == "succeeded") succeeded = transfer;
      if (transfer->state == "pending") {
        wrong(key, true,
              fmt::format("transfer {} is still pending at {}", transfer->transfer,
                          transfer->provider));
      }
      examine_terms(key, *transfer, payment.intent);
    }
    if (!run_.books.intents) return;
    if (payment.intent == nullptr) {
      if (succeeded == nullptr) return;  // nothing came of it
      return wrong(key, false,
                   fmt::format("transfer {} succeeded at {}, but there is no payment",
                               succeeded->transfer, succeeded->provider));
    }
    const std::string_view state = payment.intent->state;
    if (succeeded == nullptr && state == "settled") {
      wrong(key, false, "settled, though no provider has a transfer that succeeded");
    } else if (succeeded != nullptr && state != "settled") {
      wrong(key, state != "declined",
            fmt::format("'{}', though transfer {} succeeded at {}", state, succeeded->transfer,
                        succeeded->provider));
    }
  }

  // What the provider was asked for is what the player asked for.
  void examine_terms(std::string_view key, const ProviderTransfer& transfer, const Intent* intent) {
    if (intent == nullptr) return;
    const bool same_way = (transfer.direction == "in") == (intent->operation == "deposit");
    if (same_way && transfer.amount_minor == intent->amount_minor &&
        transfer.currency == intent->currency) {
      return;
    }
    wrong(key, false,
          fmt::format("a {} of {}, but transfer {} at {} is {} {}", intent->operation,
                      money(intent->amount_minor, intent->currency), transfer.transfer,
                      transfer.provider, money(transfer.amount_minor, transfer.currency),
                      transfer.direction));
  }

  // `may_end`: more time could have put it right.
  void wrong(std::string_view key, bool may_end, std::string_view what) {
    if (may_end && !run_.drained_ms) {
      ++open_;
    } else if (joined_.loss.explains(key)) {
      examination_.listed("{}: {}", key, what);
    } else {
      examination_.violation("{}: {}", key, what);
    }
  }

  Examination& examination_;
  const Joined& joined_;
  const Run& run_;
  std::map<std::string_view, Payment> payments_;                              // by business key
  std::map<std::pair<std::string_view, std::string_view>, Closing> closing_;  // provider, currency
  int64_t open_ = 0;
};

}  // namespace

Finding examine_providers_reconciled(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.provider_transfers) {
    return without_books("providers_reconciled", "ledger_entries or provider_transfers");
  }
  Examination examination("providers_reconciled");
  Reconciliation reconciliation(examination, joined);
  reconciliation.examine();
  if (!books.intents && joined.run.capabilities.contains("intents")) {
    examination.cannot_say("the books lack intents");
  }
  const std::string summary =
      examination.violations() == 0
          ? reconciliation.closing()
          : fmt::format("{}; {}", counted(examination.violations(), "difference"),
                        reconciliation.closing());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
