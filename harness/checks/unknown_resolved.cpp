// Proves that nothing stays in doubt: each operation that got no answer is, by its key, done or not
// done in the books, intents and ledger agree on it, and every payment ended (settled or declined).
// From: client history, intents, ledger_entries where they are there.
// Cannot see: whether a request that is in no book may still arrive (writers are fenced and the
// stack is drained before the books are taken).
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

struct Resolved {
  int64_t unknown = 0, done = 0, not_done = 0;
};

// An unanswered operation that is booked as one transaction, with its intent.
void resolve_booked(Examination& examination, const Operation& operation, const Intent* intent,
                    const Transaction* transaction, const std::string& key, Resolved& counts) {
  const bool done = intent != nullptr && intent->state == "ok";
  ++(done ? counts.done : counts.not_done);
  if (intent == nullptr) {
    if (transaction == nullptr) return;
    return examination.violation("{} {}: unanswered, tx {} in the ledger but no intent", key,
                                 name_of(operation.kind), transaction->tx);
  }
  if (intent->state != "ok" && intent->state != "rejected") {
    return examination.violation("{} {}: unanswered, its intent is still '{}'", key,
                                 name_of(operation.kind), intent->state);
  }
  if (!done && transaction != nullptr) {
    examination.violation("{} {}: unanswered, rejected by its intent but tx {} is in the ledger",
                          key, name_of(operation.kind), transaction->tx);
  }
}

void resolve_unknown(Examination& examination, const Joined& joined, Resolved& counts) {
  const Run& run = joined.run;
  const auto& intents = joined.intents;
  for (const Operation& operation : run.history.operations) {
    if (joined.ended[operation.id].outcome != Outcome::unknown) continue;
    const KindTraits& traits = traits_of(operation.kind);
    if (!is_promise(operation)) continue;  // it changed nothing that the books show
    examination.examined();
    ++counts.unknown;
    if (!traits.of_related && traits.book == Book::ledger) {
      resolve_booked(examination, operation, intents[operation.id],
                     joined.ledger.find(operation.id, traits.step),
                     key_of(run.history.run_key, operation.id), counts);
      continue;
    }
    const uint64_t owner = traits.of_related ? operation.related : operation.id;
    const Intent* intent = owner < intents.size() ? intents[owner] : nullptr;
    // Payments that have not ended are found below, whoever asked for them.
    const bool booked = traits.book == Book::ledger
                            ? joined.ledger.find(owner, traits.step) != nullptr
                            : intent != nullptr;
    const bool done =
        booked || (traits.of_related && intent != nullptr && intent->state == "settled");
    ++(done ? counts.done : counts.not_done);
  }
}

}  // namespace

Finding examine_unknown_resolved(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.intents) return without_books("unknown_resolved", "intents");
  Examination examination("unknown_resolved");
  Resolved counts;
  resolve_unknown(examination, joined, counts);
  int64_t open = 0;
  for (const Intent& intent : *run.books.intents) {
    if (!is_payment(intent)) continue;
    examination.examined();
    if (is_terminal(intent)) continue;
    ++open;
    if (!run.drained_ms) continue;  // it may only have needed more time
    examination.violation("{} {} of {} ({}): still '{}' after the drain", intent.key,
                          intent.operation, intent.player,
                          money(intent.amount_minor, intent.currency), intent.state);
  }
  if (open > 0 && !run.drained_ms) {
    examination.cannot_say(fmt::format("{} payments open and the drain did not end", open));
  }
  if (counts.unknown == 0 && !run.history.operations.empty())
    examination.not_exercised("every operation was answered");
  const std::string summary =
      fmt::format("{} without an answer: {} done, {} not done; {} payments open", counts.unknown,
                  counts.done, counts.not_done, open);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
