#include "checks/bets_ended.hpp"

#include <fmt/format.h>

#include <optional>

namespace rehearse {
namespace {

// All that was booked of one bet.
struct Bet {
  const Transaction *bet = nullptr, *win = nullptr, *rollback = nullptr;
  Int128 back_minor = 0;
};

// The operation whose bet something is about that was done in the name of another one.
std::optional<uint64_t> owner_of(const History& history, uint64_t operation) {
  if (operation >= history.operations.size()) return std::nullopt;
  const Operation& done = history.operations[operation];
  const bool of_other = done.kind == OperationKind::win || done.kind == OperationKind::rollback;
  const uint64_t owner = of_other ? done.related : operation;
  return owner < history.operations.size() ? std::optional(owner) : std::nullopt;
}

std::vector<Bet> bets_of(const Joined& joined) {
  std::vector<Bet> bets(joined.run.history.operations.size());
  for (const Booked& booked : joined.ledger.booked()) {
    const auto owner = owner_of(joined.run.history, booked.operation);
    if (!owner) continue;
    Bet& bet = bets[*owner];
    const Transaction& transaction = *booked.transaction;
    if (transaction.kind == "bet") bet.bet = &transaction;
    if (transaction.kind == "win") bet.win = &transaction;
    if (transaction.kind == "rollback") bet.rollback = &transaction;
    if (transaction.kind == "rollback" || transaction.kind == "round_void")
      bet.back_minor += playable_minor(transaction);
  }
  return bets;
}

}  // namespace

std::vector<BetEndedWrong> bets_ended_wrong(const Joined& joined) {
  const History& history = joined.run.history;
  const std::vector<Bet> bets = bets_of(joined);
  std::vector<BetEndedWrong> wrong;
  for (const Bet& bet : bets) {
    if (bet.win != nullptr && bet.rollback != nullptr)
      wrong.push_back({bet.rollback, fmt::format("its bet was won too, as tx {}", bet.win->tx)});
    if (bet.bet != nullptr && bet.back_minor > -playable_minor(*bet.bet))
      wrong.push_back(
          {bet.bet, fmt::format("{} of it came back", money(bet.back_minor, bet.bet->currency))});
  }
  if (!joined.run.books.intents) return wrong;
  for (const Intent& intent : *joined.run.books.intents) {
    if (intent.operation != "rollback" || intent.state != "ok") continue;
    const auto ref = parse_key(history.run_key, intent.key);
    const auto owner = ref ? owner_of(history, ref->operation) : std::nullopt;
    if (!owner || joined.ledger.find(ref->operation, ref->step) != nullptr) continue;
    const Transaction* const bet = bets[*owner].bet;
    if (bet == nullptr) continue;
    wrong.push_back(
        {bet, fmt::format("rollback {} was told that there is no such bet", intent.key)});
  }
  return wrong;
}

}  // namespace rehearse
