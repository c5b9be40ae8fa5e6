// The kinds of operations: one row of traits each, which load, checks, engine and reports ask. Only
// this folder knows the kinds by name; a new one is a row here and a behaviour in load/behaviours.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rehearse {

// Recorded in histories by its number: new ones are appended.
enum class OperationKind : uint8_t {
  bet,  // of a house game, which calls the wallet itself
  win,
  rollback,
  balance,          // a read
  deposit,          // acceptance by the cashier
  deposit_settled,  // from acceptance until the player's money is there
  payout,           // acceptance of a withdrawal
  payout_settled,   // from acceptance until the provider paid
  spin,             // a round at a studio: its bet was accepted
  spin_settled,     // from there until the studio has closed the round
  cancel,           // of a withdrawal accepted before
  convert,          // of cash into another currency
  credit,           // an instant decision on credit
  session,          // a login
  bonus_claim,      // of a campaign's bonus
  lifeline,         // through the emergency channel, while the way through the edge is out
  stream,           // a look at a live stream
  report,           // a look at the reporting
  contact,          // registers the player for the emergency channel, while nothing is out
  table_bet,        // at a live table, in its window
};
constexpr int operation_kinds = 20;

// Where what an acknowledgement promises must be found.
enum class Book : uint8_t {
  none,     // nothing is promised that the books would show
  ledger,   // a transaction under its key (a rollback that moved nothing: only an intent)
  intents,  // an intent under its key
  round,    // in the ledger: all that its spin's round gave back, as KindStep::of_result says
};

struct KindTraits {
  OperationKind kind = OperationKind::bet;
  std::string_view name = {};
  bool is_read = false;     // only looks: has no key of its own, changes nothing
  bool is_payment = false;  // accepted now and settled later; its key is its business key
  // Booked at once under its own key, and the answer tells the entry: sequence, epoch, version.
  bool is_posting = false;
  bool by_wallet = false;  // served by the wallet itself: part of the SLOs "wallet_…"
  std::optional<OperationKind> settles = {};  // a watch: no key of its own, looks at one of these
  bool of_related = false;  // its books are those under the related operation's key
  Book book = Book::none;
  std::string_view step = {};    // it is booked under KEY:STEP; empty = under KEY
  std::string_view intent = {};  // the operation that its intent names; empty = its own name
  // What an acknowledged amount does to the gross gaming revenue: 1 = the player staked it, -1 = it
  // went back to the player.
  int revenue_sign = 0;
};

const KindTraits& traits_of(OperationKind kind);
std::string_view name_of(OperationKind kind);
std::optional<OperationKind> operation_kind_of(std::string_view name);

// The kinds that a service level speaks of: "wallet" is all that the wallet serves, anything else
// one kind; none if there is no such subject.
std::span<const OperationKind> kinds_of_subject(std::string_view subject);

inline bool is_read(OperationKind kind) {
  return traits_of(kind).is_read;
}
inline bool is_payment(OperationKind kind) {
  return traits_of(kind).is_payment;
}
inline bool is_posting(OperationKind kind) {
  return traits_of(kind).is_posting;
}
// Only watches another operation: nothing is sent in its name.
inline bool is_settlement(OperationKind kind) {
  return traits_of(kind).settles.has_value();
}
// Sent under a key of its own, so that it may be sent again.
inline bool has_key(OperationKind kind) {
  return !is_read(kind) && !is_settlement(kind);
}
// The kind that watches operations of this one until they are settled.
std::optional<OperationKind> watch_of(OperationKind kind);

// What may be booked in the name of one operation: under KEY, or under KEY:STEP.
struct KindStep {
  OperationKind kind = OperationKind::bet;
  std::string_view step;        // one that may come several times is numbered: "win1", "win2", …
  std::string_view entry = {};  // the kind that the ledger gives it
  // Which way it moves the player's money: what can be played with (cash, bonus), and held.
  int playable_sign = 0, held_sign = 0;
  bool repeated = false;
  bool bounded = true;     // by the amount that was asked for
  bool of_result = false;  // part of what a round gives back: won, or the stake itself
};
std::span<const KindStep> kind_steps();
// The rule of what is booked as `entry` under `step`; null: that is no step of the kind.
const KindStep* step_of(OperationKind kind, std::string_view step, std::string_view entry);
// The rule of a step by its name alone.
const KindStep* step_of(OperationKind kind, std::string_view step);

}  // namespace rehearse
