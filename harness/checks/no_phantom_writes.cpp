// Proves that the ledger holds nothing that nobody asked for: every transaction is a step of an
// operation that a client really began, of that kind, player and currency, for no more than was
// asked, booked once, and known to the intents; an operation that ended as declined or certainly
// not done moved no money (a payout's hold that was released again moved none); and no bet was won
// and given back too, or booked after a rollback that did not find it. Intents are of whoever
// asked, each key once. Only what a ledger begins with nobody asked for: it opens each account
// once, before all else, and players' with the same money. From: ledger_entries, client history,
// intents. Cannot see: what was asked for and not done (no_lost_writes).
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include "checks/bets_ended.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

// What a rollback may give back is what its bet asked for.
Int128 asked_minor(const History& history, const Operation& operation) {
  const bool of_bet =
      operation.kind == OperationKind::rollback && operation.related < history.operations.size();
  return of_bet ? history.operations[operation.related].amount_minor : operation.amount_minor;
}

std::string money_of(const Intent& intent) {
  return money(intent.amount_minor, intent.currency);
}

bool is_between(Int128 minor, int sign, Int128 most) {
  return sign == 0 ? minor == 0 : 0 <= minor * sign && minor * sign <= most;
}

class Phantoms {
 public:
  Phantoms(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), history_(joined.run.history) {}

  void examine_foreign() {
    for (const Transaction& transaction : joined_.ledger.transactions()) {
      examination_.examined();
      if (transaction.kind == "opening" || parse_key(history_.run_key, transaction.key)) continue;
      violation(transaction, "nobody in this run has that key");
    }
  }

  void examine_openings() {
    std::set<std::string_view> opened;
    std::map<std::string_view, const LedgerEntry*> first;  // of players, by currency
    bool begun = false;
    for (const LedgerEntry* entry : joined_.ledger.entries()) {
      if (entry->kind != "opening") begun = true;
      if (entry->kind != "opening" || entry->amount_minor <= 0) continue;
      const auto wrong = [&](std::string_view why) {
        examination_.violation("tx {} (seq {}, {} {}): {}", entry->tx, entry->seq, entry->kind,
                               entry->key, why);
      };
      if (begun) wrong("opened when the ledger had begun");
      if (!opened.insert(entry->account).second)
        wrong(fmt::format("{} was opened before", entry->account));
      if (player_of(entry->account).empty()) continue;
      const LedgerEntry& other = *first.try_emplace(entry->currency, entry).first->second;
      if (entry->amount_minor != other.amount_minor)
        wrong(fmt::format("{} opened with {}, {} with {}", entry->account,
                          money(entry->amount_minor, entry->currency), other.account,
                          money(other.amount_minor, other.currency)));
    }
  }

  void examine_booked(const Booked& booked) {
    const Transaction& transaction = *booked.transaction;
    if (booked.operation >= history_.operations.size() ||
        joined_.ended[booked.operation].first == nullptr) {
      return violation(transaction, "no client began such an operation");
    }
    const Operation& operation = history_.operations[booked.operation];
    const KindStep* rule = step_of(operation.kind, booked.step, transaction.kind);
    if (rule == nullptr) {
      return violation(transaction, fmt::format("no step of a {}", name_of(operation.kind)));
    }
    const std::string player = player_name(operation.player);
    if (transaction.player != player || transaction.several_players) {
      violation(transaction, fmt::format("asked for by {}, booked on {}{}", player,
                                         transaction.player.empty() ? "nobody" : transaction.player,
                                         transaction.several_players ? " and others" : ""));
    }
    const Int128 asked = asked_minor(history_, operation);
    const Int128 most = rule->bounded ? asked : std::numeric_limits<int64_t>::max();
    if (transaction.currency != name_of(operation.currency) ||
        !is_between(playable_minor(transaction), rule->playable_sign, most) ||
        !is_between(transaction.held_minor, rule->held_sign, most)) {
      violation(transaction, fmt::format("{} was asked for: cash moved by {}, held by {}",
                                         money(asked, name_of(operation.currency)),
                                         money(playable_minor(transaction), transaction.currency),
                                         money(transaction.held_minor, transaction.currency)));
    }
    examine_intent(operation, transaction);
  }

  // Each key once, of whoever asked for it, and of a payment for what he asked.
  void examine_intents() {
    std::unordered_map<std::string_view, const Intent*> first;
    for (const Intent& intent : *joined_.run.books.intents) {
      const auto [known, added] = first.try_emplace(intent.key, &intent);
      if (!added)
        examination_.violation("{}: twice in the intents: {} {} and {} {}", intent.key,
                               known->second->operation, money_of(*known->second), intent.operation,
                               money_of(intent));
      const auto ref = parse_key(history_.run_key, intent.key);
      if (!ref || ref->operation >= history_.operations.size()) continue;
      const Operation& operation = history_.operations[ref->operation];
      const std::string player = player_name(operation.player);
      if (!intent.player.empty() && intent.player != player)
        examination_.violation("{}: asked for by {}, its intent is of {}", intent.key, player,
                               intent.player);
      if (!is_payment(intent) || !ref->step.empty()) continue;
      if (intent.amount_minor == operation.amount_minor &&
          intent.currency == name_of(operation.currency))
        continue;
      examination_.violation("{}: {} was asked for, its intent is of {}", intent.key,
                             money(operation.amount_minor, name_of(operation.currency)),
                             money_of(intent));
    }
  }

  void examine_bets() {
    for (const BetEndedWrong& bet : bets_ended_wrong(joined_)) violation(*bet.transaction, bet.why);
  }

  // All that one operation booked.
  void examine_operation(std::span<const Booked> booked) {
    Int128 cash = 0, held = 0;
    for (size_t i = 0; i < booked.size(); ++i) {
      cash += playable_minor(*booked[i].transaction);
      held += booked[i].transaction->held_minor;
      if (i == 0 || booked[i - 1].step != booked[i].step) continue;
      violation(*booked[i].transaction,
                fmt::format("booked before as tx {}", booked[i - 1].transaction->tx));
    }
    if (booked[0].operation >= history_.operations.size()) return;
    const Outcome outcome = joined_.ended[booked[0].operation].outcome;
    const bool not_done = outcome == Outcome::rejected || outcome == Outcome::failed;
    if (!not_done || (cash == 0 && held == 0)) return;
    violation(*booked[0].transaction,
              fmt::format("its client was told that it is not done ({})", name_of(outcome)));
  }

 private:
  void examine_intent(const Operation& operation, const Transaction& transaction) {
    const Intent* intent = joined_.intents[operation.id];
    if (intent == nullptr) {
      violation(transaction, "the intents know nothing of it");
    } else if (traits_of(operation.kind).book == Book::ledger && intent->state != "ok") {
      violation(transaction, fmt::format("its intent says '{}'", intent->state));
    }
  }

  void violation(const Transaction& transaction, std::string_view why) {
    examination_.violation("tx {} (seq {}, {} {}): {}", transaction.tx, transaction.seq,
                           transaction.kind, transaction.key, why);
  }

  Examination& examination_;
  const Joined& joined_;
  const History& history_;
};

}  // namespace

Finding examine_no_phantom_writes(const Joined& joined) {
  if (!joined.run.books.ledger_entries || !joined.run.books.intents) {
    return without_books("no_phantom_writes", "ledger_entries or intents");
  }
  Examination examination("no_phantom_writes");
  Phantoms phantoms(examination, joined);
  phantoms.examine_foreign();
  phantoms.examine_openings();
  const auto all = joined.ledger.booked();
  for (size_t from = 0; from < all.size();) {
    size_t to = from;
    for (; to < all.size() && all[to].operation == all[from].operation; ++to) {
      phantoms.examine_booked(all[to]);
    }
    phantoms.examine_operation(all.subspan(from, to - from));
    from = to;
  }
  phantoms.examine_intents();
  phantoms.examine_bets();
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} transactions: each a step that somebody asked for, booked once",
                        joined.ledger.transactions().size())
          : fmt::format("{} in {} transactions: not asked for, or not like that",
                        counted(examination.violations(), "violation"),
                        joined.ledger.transactions().size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
