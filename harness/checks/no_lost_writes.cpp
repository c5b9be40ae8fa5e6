// Proves that what clients were told is done is in the books under its key, with the amount told:
// what the wallet booked in the ledger, accepted payments in the intents, settled ones in the
// ledger too, what a settled round gave back in the sum of its entries; rollbacks that moved
// nothing have an intent and no entries. (record/kinds.cpp: where each kind's promise must be
// found.) From: client history, ledger_entries, intents; deposed_entries tell who had what is lost.
// Cannot see: writes that nobody was told of, or that nobody asked for (no_phantom_writes). A lost
// suffix within the ledger's RPO target is listed, not failed; a hole always fails.
#include <map>
#include <set>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

void compare(Examination& examination, const Joined& joined, const Operation& operation,
             std::string_view book, Int128 found_minor, int64_t told_minor) {
  if (found_minor == told_minor) return;
  const std::string_view currency = name_of(operation.currency);
  examination.violation("{} {} of {}: told {}, the {} {}",
                        key_of(joined.run.history.run_key, operation.id), name_of(operation.kind),
                        player_name(operation.player), money(told_minor, currency), book,
                        money(found_minor, currency));
}

void examine_intent(Examination& examination, const Joined& joined, const Operation& operation,
                    int64_t told_minor) {
  const Intent* intent = joined.intents[operation.id];
  compare(examination, joined, operation, "intent says", intent->amount_minor, told_minor);
  const KindTraits& traits = traits_of(operation.kind);
  const std::string_view expected = traits.intent.empty() ? traits.name : traits.intent;
  if (intent->operation == expected) return;
  examination.violation("{}: accepted as {}, the intent says {}", intent->key, expected,
                        intent->operation);
}

// What a round gave back to its player: its wins, and the stake where it was taken back or voided.
void examine_round(Examination& examination, const Joined& joined, const Operation& operation,
                   int64_t told_minor) {
  Int128 returned = 0;
  const OperationKind kind = joined.run.history.operations[operation.related].kind;
  for (const Booked& booked : joined.ledger.booked(operation.related)) {
    const KindStep* rule = step_of(kind, booked.step, booked.transaction->kind);
    if (rule != nullptr && rule->of_result) returned += playable_minor(*booked.transaction);
  }
  compare(examination, joined, operation, "ledger gave back", returned, told_minor);
}

// What was acknowledged and is there: with the right amount and currency?
void examine_amount(Examination& examination, const Joined& joined, const Operation& operation) {
  const KindTraits& traits = traits_of(operation.kind);
  const int64_t told_minor = acknowledged_minor(operation, *joined.ended[operation.id].answer);
  const uint64_t owner = traits.of_related ? operation.related : operation.id;
  if (traits.book == Book::intents) {
    return examine_intent(examination, joined, operation, told_minor);
  }
  if (traits.book == Book::round) return examine_round(examination, joined, operation, told_minor);
  const Transaction* transaction = joined.ledger.find(owner, traits.step);
  if (transaction == nullptr) return;  // a tombstone: its intent was found
  if (transaction->currency != name_of(operation.currency)) {
    examination.violation("{}: in {}, the ledger has it in {}", transaction->key,
                          name_of(operation.currency), transaction->currency);
    return;
  }
  const KindStep* rule =
      step_of(joined.run.history.operations[owner].kind, traits.step, transaction->kind);
  if (rule == nullptr) return;  // no_phantom_writes speaks of it
  const Int128 moved = rule->playable_sign != 0 ? rule->playable_sign * playable_minor(*transaction)
                                                : rule->held_sign * transaction->held_minor;
  compare(examination, joined, operation, "ledger moved", moved, told_minor);
}

// What only deposed primaries had, of whatever was told: by key, and the money that moved.
struct OnlyThere {
  std::map<std::string_view, std::string_view> node_of;  // by key
  std::string text;
};

OnlyThere only_there(const Run& run) {
  OnlyThere only;
  if (!run.books.deposed_entries || run.books.deposed_entries->empty()) return only;
  std::set<std::string_view> transactions;
  std::map<std::string_view, Int128> minor;
  for (const DeposedEntry& entry : *run.books.deposed_entries) {
    only.node_of[entry.key] = entry.node;
    transactions.insert(entry.tx);
    if (entry.amount_minor > 0) minor[entry.currency] += entry.amount_minor;
  }
  only.text = fmt::format("; only deposed primaries had {}",
                          counted(std::ssize(transactions), "transaction"));
  for (const auto& [currency, sum] : minor) only.text += ", " + money(sum, currency);
  return only;
}

}  // namespace

Finding examine_no_lost_writes(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.ledger_entries || !run.books.intents) {
    return without_books("no_lost_writes", "ledger_entries or intents");
  }
  Examination examination("no_lost_writes");
  const Loss& loss = joined.loss;
  const OnlyThere only = only_there(run);
  examination.examined(loss.examined);
  for (const LostWrite& lost : loss.lost) {
    const Operation& operation = run.history.operations[lost.operation];
    const std::string text = fmt::format(
        "{} {} of {}: acknowledged {} at {:.3f} s (seq {}, epoch {}), not in the books{}{}",
        lost.key, name_of(operation.kind), player_name(operation.player),
        money(acknowledged_minor(operation, *lost.ack), name_of(operation.currency)),
        run_ms(run.history, lost.ack->answered_ns) / 1000, lost.ack->seq, lost.ack->epoch,
        lost.hole ? ": a hole" : "",
        only.node_of.contains(lost.key) ? fmt::format(", only {} had it", only.node_of.at(lost.key))
                                        : "");
    if (loss.within_target) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
  for (const Operation& operation : run.history.operations) {
    const bool told = joined.ended[operation.id].outcome == Outcome::ok;
    if (!told || !is_promise(operation) || loss.contains(operation.id)) continue;
    examine_amount(examination, joined, operation);
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} acknowledged writes are in the books with the amounts told",
                        loss.examined - static_cast<int64_t>(loss.lost.size()))
          : fmt::format("{} in {} acknowledged writes: lost, or not as told",
                        counted(examination.violations(), "violation"), loss.examined);
  return std::move(examination).finish(summary + only.text);
}

}  // namespace rehearse
