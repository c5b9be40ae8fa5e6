// Proves that the providers' books close against ours, payment by payment: what succeeded at a
// provider is booked on its account and its payment is settled; a declined payment has nothing that
// succeeded and was kept, and what ended holds nothing of its player's money; refunds, chargebacks
// and fees are those that the provider tells of, also of what it reverted; nothing is still
// pending; nothing else was booked on a provider's account; and the provider's settlement files, as
// the platform read them, are its own transfers, each once; and a payment that went to two
// providers is known as switched. From: provider_transfers and provider_requests (the providers'
// own books), ledger_entries, settlement_lines, payment_switches and intents if they are there.
// Cannot see: money that a provider moved without a transfer in its book.
#include <map>
#include <tuple>

#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/provider_flows.hpp"
#include "checks/settlement.hpp"

namespace rehearse {
namespace {

// What a payment moved, in both books, by provider, kind of entry and currency.
using Flow = std::tuple<std::string_view, std::string_view, std::string_view>;
struct Sides {
  Int128 provider_minor = 0, ledger_minor = 0;
  std::optional<Int128> provider_fee_minor;  // as far as the provider tells its fees
  Int128 ledger_fee_minor = 0;
};

struct Payment {
  std::vector<const ProviderTransfer*> transfers;
  const Intent* intent = nullptr;
  std::map<Flow, Sides> flows;
  std::map<std::string_view, Int128> held_minor;  // by currency
};

struct Closing {
  Int128 in_minor = 0, out_minor = 0;  // succeeded, by the provider's book
};

class Reconciliation {
 public:
  Reconciliation(Examination& examination, const Joined& joined)
      : examination_(examination),
        joined_(joined),
        run_(joined.run),
        given_back_(given_back_unbooked(joined.run, joined.ledger)) {
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
      examine_held(key, payment);
    }
    examine_settlement();
    examine_switches();
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
    // A network keeps the fee of what it reverts: it comes with the money that is free again.
    if (transfer.state == "failed" && transfer.fee_minor.value_or(0) > 0) {
      Sides& sides = payment.flows[{transfer.provider, "release", transfer.currency}];
      sides.provider_fee_minor = sides.provider_fee_minor.value_or(0) + *transfer.fee_minor;
    }
    if (transfer.state != "succeeded") return;
    if (given_back_.contains(transfer.business_key)) return;
    const bool in = transfer.direction == "in";
    Sides& sides = payment.flows[{transfer.provider, entry_kind_of(transfer), transfer.currency}];
    sides.provider_minor += transfer.amount_minor;
    if (transfer.fee_minor)
      sides.provider_fee_minor = sides.provider_fee_minor.value_or(0) + *transfer.fee_minor;
    Closing& closing = closing_[{transfer.provider, transfer.currency}];
    (in ? closing.in_minor : closing.out_minor) += transfer.amount_minor;
  }

  void add(const Transaction& transaction) {
    if (transaction.held_minor != 0)
      payments_[business_key_of(transaction.key)].held_minor[transaction.currency] +=
          transaction.held_minor;
    if (transaction.provider.empty()) return;
    if (!is_provider_kind(transaction.kind) && transaction.kind != "release") {
      return examination_.violation("tx {} ({} {}): {} on the account of {}", transaction.tx,
                                    transaction.kind, transaction.key,
                                    money(transaction.provider_minor, transaction.currency),
                                    transaction.provider);
    }
    Sides& sides = payments_[business_key_of(transaction.key)]
                       .flows[{transaction.provider, transaction.kind, transaction.currency}];
    sides.ledger_minor += transferred_minor(transaction);
    sides.ledger_fee_minor -= transaction.fees_minor;
  }

  void examine_settlement() {
    if (!run_.books.settlement_lines) return;
    for (const SettlementRow& line : *run_.books.settlement_lines) {
      examination_.examined();
      if (line.verdict == "matched") continue;
      wrong(line.business_key, line.verdict == "unknown",
            fmt::format("settlement line {} of {}: {} {}, fee {}: {}", line.transfer, line.provider,
                        money(line.amount_minor, line.currency), line.direction,
                        money(line.fee_minor, line.currency), line.verdict));
    }
    for (const auto& found : settlement_differences(run_.books))
      wrong(found.business_key, found.may_end, found.what);
  }

  // Sent to another provider after the first, a payment was switched, and the books say so.
  void examine_switches() {
    if (!run_.books.provider_requests || !run_.books.payment_switches) return;
    std::set<std::pair<std::string_view, std::string_view>> switched;  // key, to
    for (const PaymentSwitch& change : *run_.books.payment_switches) {
      examination_.examined();
      switched.insert({change.key, change.to_provider});
      if (change.from_provider == change.to_provider)
        wrong(change.key, false, "switched from " + change.from_provider + " to itself");
    }
    std::map<std::string_view, std::string_view> first;  // provider, by payment
    for (const ProviderRequest& request : *run_.books.provider_requests) {
      if (request.kind != "create") continue;
      const auto [sent, added] = first.try_emplace(request.business_key, request.provider);
      if (added || sent->second == request.provider) continue;
      // The books of two providers are not in one order: either may have been the second.
      if (!switched.contains({request.business_key, request.provider}) &&
          !switched.contains({request.business_key, sent->second}))
        wrong(request.business_key, false,
              fmt::format("sent to {} and to {}, and the books know of no switch", sent->second,
                          request.provider));
    }
  }

  void examine_flows(std::string_view key, const Payment& payment) {
    for (const auto& [flow, sides] : payment.flows) {
      const auto& [provider, kind, currency] = flow;
      if (sides.provider_minor == sides.ledger_minor) {
        const Int128 fee = sides.provider_fee_minor.value_or(sides.ledger_fee_minor);
        if (fee == sides.ledger_fee_minor) continue;
        wrong(key, kind == "release" && sides.ledger_fee_minor == 0,
              fmt::format("{} at {}: the provider's fee is {}, the ledger has {}", kind, provider,
                          money(fee, currency), money(sides.ledger_fee_minor, currency)));
        continue;
      }
      wrong(
          key, sides.ledger_minor == 0,
          fmt::format("{} at {}: the provider moved {}, the ledger {}", kind, provider,
                      money(sides.provider_minor, currency), money(sides.ledger_minor, currency)));
    }
  }

  void examine_states(std::string_view key, const Payment& payment) {
    const ProviderTransfer* succeeded = nullptr;
    for (const ProviderTransfer* transfer : payment.transfers) {
      const bool kept = entry_kind_of(*transfer) == "deposit" || transfer->direction == "out";
      if (transfer->state == "succeeded" && kept && !given_back_.contains(key))
        succeeded = transfer;
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

  // Money is held for a payment that is on its way, and for nothing else.
  void examine_held(std::string_view key, const Payment& payment) {
    for (const auto& [currency, minor] : payment.held_minor) {
      if (minor == 0) continue;
      const std::string_view state =
          payment.intent == nullptr ? "not known" : std::string_view(payment.intent->state);
      wrong(key, true, fmt::format("{}, and holds {}", state, money(minor, currency)));
    }
  }

  // What the provider was asked for is what the player asked for.
  void examine_terms(std::string_view key, const ProviderTransfer& transfer, const Intent* intent) {
    if (intent == nullptr) return;
    const bool same_way = (transfer.direction == "out") == (intent->operation == "payout");
    const bool reversal = transfer.direction != "in" && transfer.direction != "out";
    const bool same_amount = reversal ? transfer.amount_minor <= intent->amount_minor
                                      : transfer.amount_minor == intent->amount_minor;
    if (same_way && same_amount && transfer.currency == intent->currency) return;
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
  const std::set<std::string_view> given_back_;
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
  if (!books.settlement_lines) examination.cannot_say("the books lack settlement_lines");
  const std::string summary =
      examination.violations() == 0
          ? reconciliation.closing()
          : fmt::format("{}; {}", counted(examination.violations(), "difference"),
                        reconciliation.closing());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
