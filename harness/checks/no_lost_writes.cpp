// Proves that what clients were told is done is in the books under its key, with the amount told:
// bets, wins and rollbacks in the ledger, accepted payments in the intents, settled ones in the
// ledger too; rollbacks that moved nothing have an intent and no entries.
// From: client history, ledger_entries, intents.
// Cannot see: writes that nobody was told of, or that nobody asked for (no_phantom_writes).
// A lost suffix within the ledger's RPO target is listed, not failed; a hole always fails.
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

// What was acknowledged and is there: with the right amount and currency?
void examine_amount(Examination& examination, const Joined& joined, const Operation& operation) {
  const Attempt& ack = *joined.ended[operation.id].answer;
  const int64_t told_minor = acknowledged_minor(operation, ack);
  const bool settled = is_settlement(operation.kind);
  const bool deposit = operation.kind == OperationKind::deposit_settled;
  const auto* transaction =
      settled ? joined.ledger.find(operation.related, deposit ? "deposit" : "payout")
              : joined.ledger.find(operation.id, "");
  if (is_payment(operation.kind)) {
    const Intent* intent = joined.intents[operation.id];
    compare(examination, joined, operation, "intent says", intent->amount_minor, told_minor);
    if (intent->operation != name_of(operation.kind)) {
      examination.violation("{}: accepted as {}, the intent says {}", intent->key,
                            name_of(operation.kind), intent->operation);
    }
    return;
  }
  if (transaction == nullptr) return;  // a tombstone: its intent was found
  if (transaction->currency != name_of(operation.currency)) {
    examination.violation("{}: in {}, the ledger has it in {}", transaction->key,
                          name_of(operation.currency), transaction->currency);
    return;
  }
  const bool takes = operation.kind == OperationKind::bet;
  const Int128 moved = operation.kind == OperationKind::payout_settled ? -transaction->held_minor
                       : takes                                         ? -transaction->cash_minor
                                                                       : transaction->cash_minor;
  compare(examination, joined, operation, "ledger moved", moved, told_minor);
}

}  // namespace

Finding examine_no_lost_writes(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.ledger_entries || !run.books.intents) {
    return without_books("no_lost_writes", "ledger_entries or intents");
  }
  Examination examination("no_lost_writes");
  const Loss& loss = joined.loss;
  examination.examined(loss.examined);
  for (const LostWrite& lost : loss.lost) {
    const Operation& operation = run.history.operations[lost.operation];
    const std::string text = fmt::format(
        "{} {} of {}: acknowledged {} at {:.3f} s (seq {}, epoch {}), not in the books{}", lost.key,
        name_of(operation.kind), player_name(operation.player),
        money(acknowledged_minor(operation, *lost.ack), name_of(operation.currency)),
        run_ms(run.history, lost.ack->answered_ns) / 1000, lost.ack->seq, lost.ack->epoch,
        lost.hole ? ": a hole" : "");
    if (loss.within_target) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
  for (const Operation& operation : run.history.operations) {
    const bool told = joined.ended[operation.id].outcome == Outcome::ok;
    if (!told || operation.kind == OperationKind::balance || loss.contains(operation.id)) continue;
    examine_amount(examination, joined, operation);
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} acknowledged writes are in the books with the amounts told",
                        loss.examined - static_cast<int64_t>(loss.lost.size()))
          : fmt::format("{} in {} acknowledged writes: lost, or not as told",
                        counted(examination.violations(), "violation"), loss.examined);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
