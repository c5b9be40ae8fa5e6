// Proves that every event of a provider took effect exactly once: none was applied twice, none of a
// transfer that ended was left lying, each that was applied has its transaction in the ledger, and
// no payment was credited, paid or released twice.
// Nor did the inbox take one that its provider never sent, or lose one that took effect.
// From: webhook_effects, and ledger_entries, provider_transfers, provider_events and
// provider_requests (the providers' own books) where they are there.
// Cannot see: events that the provider never delivered (providers_reconciled: their money).
#include <array>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/provider_flows.hpp"

namespace rehearse {
namespace {

using Name = std::pair<std::string_view, std::string_view>;  // provider, event or transfer
struct NameHash {
  size_t operator()(const Name& name) const {
    const std::hash<std::string_view> hash;
    return hash(name.first) * 31 + hash(name.second);
  }
};

// The events of one transfer that ended.
struct News {
  const ProviderTransfer* transfer = nullptr;
  const WebhookEffect* waiting = nullptr;  // one that was not applied
  bool applied = false;
};

bool is_end_of_payment(std::string_view kind) {
  return kind == "deposit" || kind == "payout" || kind == "release";
}
// What an event may have led to.
bool is_effect(std::string_view kind) {
  return is_end_of_payment(kind) || kind == "chargeback" || kind == "refund";
}

class Webhooks {
 public:
  Webhooks(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), run_(joined.run) {
    if (run_.books.provider_events) {
      for (const ProviderEvent& event : *run_.books.provider_events) {
        sent_.insert({event.provider, event.event});
      }
    }
    if (!run_.books.provider_transfers) return;
    given_back_ = given_back_unbooked(run_, joined.ledger);
    for (const ProviderTransfer& transfer : *run_.books.provider_transfers) {
      transfers_[{transfer.provider, transfer.transfer}].transfer = &transfer;
    }
  }

  void examine(const WebhookEffect& effect) {
    examination_.examined();
    if (!seen_.insert({effect.provider, effect.event}).second) {
      violation(effect, "is in the books twice");
    }
    // Accepted from somebody else, whatever came of it: a signature was not looked at.
    if (run_.books.provider_events && !sent_.contains({effect.provider, effect.event})) {
      violation(effect, "was never sent by its provider: forged");
    }
    if (effect.applied > 1) {
      violation(effect, fmt::format("applied {} times (tx {})", effect.applied, effect.tx));
    }
    if (effect.applied < 0 || effect.applied > effect.received)
      violation(effect, fmt::format("applied {} times", effect.applied));
    const auto found = transfers_.find({effect.provider, effect.transfer});
    News* news = found == transfers_.end() ? nullptr : &found->second;
    if (effect.applied > 0) examine_applied(effect, news);
    if (news != nullptr) {
      news->applied |= effect.applied > 0;
      if (effect.applied == 0) news->waiting = &effect;
    } else if (effect.applied == 0 && (effect.transfer.empty() || transfers_.empty())) {
      ++unlinked_;
    }
  }

  // What was received of a transfer that has ended, and never applied.
  void examine_waiting() {
    for (const WebhookEffect& effect : *run_.books.webhook_effects) {
      const auto found = transfers_.find({effect.provider, effect.transfer});
      if (found == transfers_.end() || found->second.waiting != &effect) continue;
      const ProviderTransfer& transfer = *found->second.transfer;
      if (found->second.applied || given_back_.contains(transfer.business_key)) continue;
      // A deposit that failed moves nothing; one that is pending is not at its end.
      const bool owed = transfer.state == "succeeded" ||
                        (transfer.state == "failed" && transfer.direction == "out");
      if (!owed) continue;
      if (!run_.drained_ms) {  // it may only have needed more time
        ++open_;
        continue;
      }
      violation(effect, fmt::format("never applied, though transfer {} of {} {}", transfer.transfer,
                                    transfer.business_key, transfer.state));
    }
    if (open_ > 0) {
      examination_.cannot_say(
          fmt::format("{} not applied when the drain ran out", counted(open_, "event")));
    }
    if (unlinked_ > 0) {
      examination_.cannot_say(fmt::format(
          "{} not applied, and the books do not tell their transfer", counted(unlinked_, "event")));
    }
  }

  // What a provider that keeps a book of requests made happen came by an event of it, or was asked
  // for: else the inbox lacks it.
  void examine_untold() {
    if (!run_.books.provider_requests || !run_.drained_ms) return;
    std::unordered_set<std::string_view> providers, asked, told;
    for (const ProviderRequest& request : *run_.books.provider_requests) {
      providers.insert(request.provider);
      if (request.kind == "query") asked.insert(request.business_key);
    }
    for (const WebhookEffect& effect : *run_.books.webhook_effects) told.insert(effect.tx);
    for (const Transaction& transaction : joined_.ledger.transactions()) {
      const std::string_view key = business_key_of(transaction.key);
      const bool by_provider = transaction.kind == "deposit" || transaction.kind == "payout";
      if (!by_provider || !providers.contains(transaction.provider)) continue;
      examination_.examined();
      if (told.contains(transaction.tx) || asked.contains(key) || joined_.loss.explains(key))
        continue;
      examination_.violation("{}: tx {} is a {} at {} that no event told of, and nobody asked for",
                             key, transaction.tx, transaction.kind, transaction.provider);
    }
  }

  // One credit, one end of a hold, and one reversal for each payment, whatever keys they were
  // booked under.
  void examine_ledger() {
    std::unordered_map<std::string_view, std::array<const Transaction*, 3>> booked;
    for (const Transaction& transaction : joined_.ledger.transactions()) {
      if (!is_effect(transaction.kind)) continue;
      const size_t end = transaction.kind == "deposit" ? 0 : 1;
      const size_t slot = is_end_of_payment(transaction.kind) ? end : 2;
      const Transaction*& first = booked[business_key_of(transaction.key)][slot];
      if (first == nullptr) {
        first = &transaction;
        continue;
      }
      examination_.violation("{}: ended twice in the ledger: tx {} ({}) and tx {} ({})",
                             business_key_of(transaction.key), first->tx, first->key,
                             transaction.tx, transaction.key);
    }
  }

 private:
  void examine_applied(const WebhookEffect& effect, const News* news) {
    if (news == nullptr && !effect.transfer.empty() && run_.books.provider_transfers) {
      violation(effect, fmt::format("applied, but {} has no transfer {}", effect.provider,
                                    effect.transfer));
    }
    if (!run_.books.ledger_entries) return;
    if (effect.tx.empty()) {
      if (news == nullptr || news->transfer->state != "succeeded") return;
      return violation(effect, fmt::format("applied without a transaction, though transfer {} of "
                                           "{} succeeded",
                                           effect.transfer, news->transfer->business_key));
    }
    const Transaction* transaction = joined_.ledger.find_tx(effect.tx);
    if (transaction == nullptr) {
      return violation(effect, fmt::format("applied as tx {}, which the ledger lacks", effect.tx));
    }
    const std::string_view key = business_key_of(transaction->key);
    const bool own = effect.business_key.empty() || effect.business_key == key;
    if (own && is_effect(transaction->kind)) return;
    violation(effect,
              fmt::format("applied as tx {}, a {} of {}", effect.tx, transaction->kind, key));
  }

  void violation(const WebhookEffect& effect, std::string_view what) {
    const std::string text = fmt::format("{} {} (received {} times): {}", effect.provider,
                                         effect.event, effect.received, what);
    if (joined_.loss.explains(effect.business_key)) {
      examination_.listed("{}", text);
    } else {
      examination_.violation("{}", text);
    }
  }

  Examination& examination_;
  const Joined& joined_;
  const Run& run_;
  std::unordered_map<Name, News, NameHash> transfers_;
  std::unordered_set<Name, NameHash> seen_, sent_;
  std::set<std::string_view> given_back_;  // deposits that were refused: nothing is booked of them
  int64_t open_ = 0, unlinked_ = 0;
};

}  // namespace

Finding examine_webhook_once(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.webhook_effects) return without_books("webhook_once", "webhook_effects");
  Examination examination("webhook_once");
  Webhooks webhooks(examination, joined);
  int64_t received = 0;
  for (const WebhookEffect& effect : *books.webhook_effects) {
    webhooks.examine(effect);
    received += effect.received;
  }
  webhooks.examine_waiting();
  webhooks.examine_untold();
  webhooks.examine_ledger();
  for (const auto& [capability, missing] : {std::pair("ledger", !books.ledger_entries),
                                            std::pair("providers", !books.provider_transfers),
                                            std::pair("providers", !books.provider_events)}) {
    if (missing && joined.run.capabilities.contains(capability)) {
      examination.cannot_say(fmt::format("the books of {} are missing", capability));
    }
  }
  const std::string deliveries = fmt::format(
      "{}, received {} times", counted(std::ssize(*books.webhook_effects), "event"), received);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{}: each took effect once", deliveries)
          : fmt::format("{}: {}", deliveries, counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
