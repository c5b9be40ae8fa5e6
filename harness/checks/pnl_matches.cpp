// Proves that the books agree on the money, entry by entry: all that was staked, won or given back
// in the ledger has an event of the same kind and amount and no event is without its transaction;
// every provider transfer that succeeded has its entries and the other way round; nothing was
// booked twice under one key, and whoever asked again was told the same; the ledger's result (GGR,
// see revenue.hpp) lies in the bounds that the clients' answers allow; and conversions gave what
// clients were told, at one rate. From: client history,
// ledger_entries, events (if there), provider_transfers (if there). Cannot see: an amount that is
// wrong in all books alike.
#include <map>
#include <tuple>

#include "checks/conversions.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "checks/measures.hpp"
#include "checks/provider_flows.hpp"
#include "checks/revenue.hpp"

namespace rehearse {
namespace {

void match_events(Examination& examination, const Joined& joined) {
  const LedgerView& ledger = joined.ledger;
  const std::vector<LedgerEvent>& events = *joined.run.books.events;
  std::vector<bool> published(ledger.transactions().size(), false);
  for (size_t i = 0; i < events.size(); ++i) {
    examination.examined();
    const LedgerEvent& event = events[i];
    const Transaction* transaction = joined.told_of[i];
    if (transaction != nullptr) published[ledger.index_of(*transaction)] = true;
    if (transaction == nullptr) {
      const std::string text = fmt::format("event {}/{}@{}: {} {} of tx {}, which the ledger lacks",
                                           event.topic, event.partition, event.offset, event.kind,
                                           money(event.amount_minor, event.currency), event.tx);
      if (joined.loss.explains(business_key_of(event.key), event.at)) {
        examination.listed("{}", text);
      } else {
        examination.violation("{}", text);
      }
    } else if (is_gaming(transaction->kind) &&
               (event.kind != transaction->kind || event.currency != transaction->currency ||
                magnitude(event.amount_minor) != moved_minor(*transaction))) {
      examination.violation(
          "tx {}: the ledger has {} {}, event {}/{}@{} has {} {}", event.tx, transaction->kind,
          money(moved_minor(*transaction), transaction->currency), event.topic, event.partition,
          event.offset, event.kind, money(event.amount_minor, event.currency));
    }
  }
  for (const Transaction& transaction : ledger.transactions()) {
    if (!is_gaming(transaction.kind) || published[ledger.index_of(transaction)]) continue;
    examination.violation("tx {}: {} {} of {} in the ledger, but no event", transaction.tx,
                          transaction.kind, money(moved_minor(transaction), transaction.currency),
                          transaction.key);
  }
}

// A payment's identity in both books: provider, direction as an entry kind, business key.
using ProviderFlow = std::tuple<std::string_view, std::string_view, std::string_view>;
struct FlowSides {
  Int128 provider_minor = 0, ledger_minor = 0;
  std::string_view currency;
};

void match_providers(Examination& examination, const Joined& joined,
                     const std::vector<ProviderTransfer>& transfers) {
  const Run& run = joined.run;
  const LedgerView& ledger = joined.ledger;
  std::map<ProviderFlow, FlowSides> flows;
  const auto given_back = given_back_unbooked(run, ledger);
  for (const ProviderTransfer& transfer : transfers) {
    if (transfer.state != "succeeded" || given_back.contains(transfer.business_key)) continue;
    FlowSides& sides = flows[{transfer.provider, entry_kind_of(transfer), transfer.business_key}];
    sides.provider_minor += transfer.amount_minor;
    sides.currency = transfer.currency;
  }
  for (const Transaction& transaction : ledger.transactions()) {
    if (!is_provider_kind(transaction.kind)) continue;
    FlowSides& sides =
        flows[{transaction.provider, transaction.kind, business_key_of(transaction.key)}];
    sides.ledger_minor += transferred_minor(transaction);
    sides.currency = transaction.currency;
  }
  int64_t open = 0;
  for (const auto& [flow, sides] : flows) {
    examination.examined();
    if (sides.provider_minor == sides.ledger_minor) continue;
    const auto& [provider, kind, key] = flow;
    if (sides.ledger_minor == 0 && !run.drained_ms) {  // it may only have needed more time
      ++open;
      continue;
    }
    const std::string text = fmt::format("{} {} at {}: the provider moved {}, the ledger {}", kind,
                                         key, provider, money(sides.provider_minor, sides.currency),
                                         money(sides.ledger_minor, sides.currency));
    if (joined.loss.explains(key)) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
  if (open == 0) return;
  examination.cannot_say(fmt::format("{} transfers not booked when the drain ran out", open));
}

// One key and step, one transaction.
void match_keys(Examination& examination, const LedgerView& ledger) {
  const auto booked = ledger.booked();
  for (size_t i = 1; i < booked.size(); ++i) {
    const Booked &first = booked[i - 1], &again = booked[i];
    if (first.operation != again.operation || first.step != again.step) continue;
    examination.violation("{}: booked twice: tx {} and {} ({} each time)", again.transaction->key,
                          first.transaction->tx, again.transaction->tx,
                          money(moved_minor(*again.transaction), again.transaction->currency));
  }
}

// Whether a payment that was accepted may be told of as declined: it has been declined since.
bool is_declined_since(const Joined& joined, const Attempt& refusal, const Attempt& first) {
  const Intent* intent = joined.intents[refusal.operation];
  return intent != nullptr && is_payment(*intent) && intent->state == "declined" &&
         refusal.answered_ns >= first.answered_ns;
}

void match_refusal(Examination& examination, const Joined& joined, const Operation& operation,
                   const Attempt& refusal, const Attempt& first) {
  examination.examined();
  if (is_declined_since(joined, refusal, first)) return;
  const std::string text =
      fmt::format("{} {}: done by attempt {}, and declined ({}) by attempt {}",
                  key_of(joined.run.history.run_key, operation.id), name_of(operation.kind),
                  first.number, refusal.reason, refusal.number);
  if (joined.loss.explains(first)) {  // what the first one told of is gone
    examination.listed("{}", text);
  } else {
    examination.violation("{}", text);
  }
}

// A request that is sent again after its answer gets the same answer again.
void match_replays(Examination& examination, const Joined& joined) {
  const History& history = joined.run.history;
  for (const Attempt& attempt : history.attempts) {
    const Operation& operation = history.operations.at(attempt.operation);
    const Attempt* first = joined.ended[operation.id].answer;
    const bool again = attempt.outcome == Outcome::ok && &attempt != first;
    if (!has_key(operation.kind)) continue;  // what only looks may see something else
    if (attempt.outcome == Outcome::rejected && joined.ended[operation.id].outcome == Outcome::ok)
      match_refusal(examination, joined, operation, attempt, *first);
    if (!again) continue;
    examination.examined();
    if (attempt.seq == first->seq && attempt.amount_minor == first->amount_minor) continue;
    const std::string_view currency = name_of(operation.currency);
    const std::string text =
        fmt::format("{} {}: told {} (seq {}) at first and {} (seq {}) by attempt {}",
                    key_of(history.run_key, operation.id), name_of(operation.kind),
                    money(first->amount_minor, currency), first->seq,
                    money(attempt.amount_minor, currency), attempt.seq, attempt.number);
    if (joined.loss.explains(*first)) {  // what the first one told of is gone, and was done anew
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
}

void match_clients(Examination& examination, const Joined& joined) {
  for (const PnlRow& row : measure_pnl(joined)) {
    if (!row.ledger || (!row.clients_lower && !row.clients_upper)) continue;
    examination.examined();
    const bool too_low = row.clients_lower && *row.ledger < *row.clients_lower;
    const bool too_high = row.clients_upper && *row.ledger > *row.clients_upper;
    if (!too_low && !too_high) continue;
    const auto bound = [&row](const std::optional<Int128>& minor) {
      return minor ? money(*minor, row.currency) : std::string("anything");
    };
    examination.violation("GGR {}: the ledger has {}, clients allow {} to {}", row.currency,
                          money(*row.ledger, row.currency), bound(row.clients_lower),
                          bound(row.clients_upper));
  }
}

}  // namespace

Finding examine_pnl_matches(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.ledger_entries) return without_books("pnl_matches", "ledger_entries");
  Examination examination("pnl_matches");
  const LedgerView& ledger = joined.ledger;
  std::string sources = "clients, ledger";
  for (const Transaction& transaction : ledger.transactions()) {
    examination.examined(is_gaming(transaction.kind) ? 1 : 0);
  }
  if (run.books.events) {
    match_events(examination, joined);
    sources += ", events";
  } else if (run.capabilities.contains("events")) {
    examination.cannot_say("the books lack events");
  }
  if (run.books.provider_transfers) {
    match_providers(examination, joined, *run.books.provider_transfers);
    sources += ", providers";
  } else if (run.capabilities.contains("providers")) {
    examination.cannot_say("the books lack provider_transfers");
  }
  match_keys(examination, ledger);
  match_replays(examination, joined);
  match_clients(examination, joined);
  match_conversions(examination, joined);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} agree, entry by entry", sources)
          : fmt::format("{} between {}", counted(examination.violations(), "difference"), sources);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
