// Proves that every round that any book knows of ended exactly once: settled, or void with a reason
// and every bet given back that was not won back; that the studio and the casino agree which; and
// that they agree on the money, transaction by transaction, whatever was repeated, overtaken or
// came late. From: rounds, ledger_entries, studio_rounds and studio_transactions (the studios' own
// books), intents if they are there, spins that clients were told are accepted. Cannot see: whether
// the studio decided the round fairly.
#include <map>
#include <unordered_map>

#include "base/units.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

// One round, as all books together know it.
struct SettledRound {
  const Round* casino = nullptr;
  const StudioRound* studio = nullptr;
  // Given to the house by bets; given back of that by rollbacks and by the void.
  Int128 bet_minor = 0, back_minor = 0;
  Int128 won_minor = 0, voided_minor = 0;  // by wins; given back by the void alone
  int64_t ends = 0;                        // closes and voids that the casino accepted
};

// The studio's word for what the ledger calls otherwise.
std::string_view kind_at_studio(std::string_view kind) {
  return kind == "jackpot_win" ? "jackpot" : kind;
}

bool is_driven(std::string_view kind) {
  return kind == "bet" || kind == "win" || kind == "rollback" || kind == "bonus_win" ||
         kind == "jackpot_win";
}

class Rounds {
 public:
  Rounds(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), books_(joined.run.books) {
    for (const Round& round : *books_.rounds) rounds_[round.round].casino = &round;
    for (const StudioRound& round : *books_.studio_rounds) rounds_[round.round].studio = &round;
    for (const StudioTransaction& move : *books_.studio_transactions)
      moves_[move.transaction] = &move;
    add_ledger();
    add_intents();
  }

  void examine() {
    for (const auto& [name, round] : rounds_) {
      examination_.examined();
      examine_end(name, round);
      examine_agreement(name, round);
    }
    for (const auto& [key, booked] : booked_) examine_booked(key, *booked);
    for (const auto& [name, move] : moves_) examine_move(*move);
    examine_spins();
    if (open_ == 0) return;
    examination_.cannot_say(fmt::format("{} open when the drain ran out", counted(open_, "round")));
  }

  std::string summary() const {
    int64_t settled = 0, voided = 0;
    for (const auto& [name, round] : rounds_) {
      if (round.casino == nullptr) continue;
      settled += round.casino->state == "settled" ? 1 : 0;
      voided += round.casino->state == "void" ? 1 : 0;
    }
    return fmt::format("{} rounds settled, {} void; {} transactions agree", settled, voided,
                       booked_.size());
  }

 private:
  void add_ledger() {
    const auto& transactions = joined_.ledger.transactions();
    std::vector<std::string_view> round_of(transactions.size());
    for (const LedgerEntry* entry : joined_.ledger.entries())
      round_of[joined_.ledger.index_of(*entry)] = entry->round;
    for (size_t i = 0; i < transactions.size(); ++i) {
      const auto round = rounds_.find(round_of[i]);
      if (round == rounds_.end()) continue;  // of a house game
      const Transaction& transaction = transactions[i];
      const Int128 minor = playable_minor(transaction);
      if (transaction.kind == "bet") round->second.bet_minor -= minor;
      if (transaction.kind == "rollback" || transaction.kind == "round_void")
        round->second.back_minor += minor;
      if (transaction.kind == "round_void") round->second.voided_minor += minor;
      if (transaction.kind == "win") round->second.won_minor += minor;
      if (is_driven(transaction.kind)) booked_[transaction.key] = &transaction;
    }
  }

  void add_intents() {
    if (!books_.intents) return;
    for (const Intent& intent : *books_.intents) {
      const bool end = intent.operation == "round_close" || intent.operation == "round_void";
      if (!end || intent.state != "ok") continue;
      const auto round = rounds_.find(business_key_of(intent.key));
      if (round != rounds_.end()) ++round->second.ends;
    }
  }

  void examine_end(std::string_view name, const SettledRound& round) {
    if (round.casino == nullptr) return;
    const std::string_view state = round.casino->state;
    if (state != "settled" && state != "void")
      return wrong(name, true, fmt::format("still {} in the casino's books", state));
    if (books_.intents && round.ends != 1)
      wrong(name, false, fmt::format("{}, but ended {} times", state, round.ends));
    if (state == "settled") return;
    if (round.casino->reason.empty()) wrong(name, false, "void without a reason");
    const Int128 stood = round.bet_minor - (round.back_minor - round.voided_minor);
    const Int128 due = std::max<Int128>(0, stood - round.won_minor);
    if (round.voided_minor == due) return;
    wrong(name, false,
          fmt::format("void, {} minor were bet, {} won back and {} given back",
                      to_string(round.bet_minor), to_string(round.won_minor),
                      to_string(round.back_minor)));
  }

  void examine_agreement(std::string_view name, const SettledRound& round) {
    if (round.studio == nullptr)
      return wrong(name, false, fmt::format("{} knows nothing of it", round.casino->studio));
    const std::string_view theirs = round.studio->state;
    std::string_view ours = "unknown";
    if (round.casino != nullptr) ours = round.casino->state;
    if (theirs == "open" || theirs == "betting") {
      // What the casino voided because the studio was gone, the studio hears when it comes back.
      if (ours != "void") wrong(name, true, fmt::format("still {} at {}", theirs, studio(round)));
      return;
    }
    if (theirs == "rejected" || theirs == "cancelled") {
      if (round.bet_minor == round.back_minor) return;
      return wrong(
          name, false,
          fmt::format("{} at {}, but {} minor were bet and {} given back", theirs, studio(round),
                      to_string(round.bet_minor), to_string(round.back_minor)));
    }
    if (theirs != ours)
      wrong(name, false, fmt::format("{} at {}, {} here", theirs, studio(round), ours));
  }

  static std::string_view studio(const SettledRound& round) { return round.studio->studio; }

  // What is booked is what the studio asked for.
  void examine_booked(std::string_view key, const Transaction& booked) {
    examination_.examined();
    const std::string_view round = business_key_of(key);
    const auto found = moves_.find(key);
    if (found == moves_.end())
      return wrong(round, false,
                   fmt::format("{} {} of {}, which no studio sent", booked.kind, key,
                               money(magnitude(playable_minor(booked)), booked.currency)));
    const StudioTransaction& move = *found->second;
    if (move.kind != kind_at_studio(booked.kind) || move.player != booked.player ||
        move.currency != booked.currency)
      wrong(round, false,
            fmt::format("{} of {} in {}, at {} a {} of {} in {}", booked.kind, booked.player,
                        booked.currency, move.studio, move.kind, move.player, move.currency));
    const Int128 minor = magnitude(playable_minor(booked));
    if (move.amount_minor && Int128{*move.amount_minor} != minor)
      wrong(round, false,
            fmt::format("{}: {} here, {} at {}", key, money(minor, booked.currency),
                        money(*move.amount_minor, move.currency), move.studio));
    if (move.state == "rejected")
      wrong(round, false,
            fmt::format("{}: booked, though {} was told that it was rejected", key, move.studio));
  }

  // What is won is owed for as long as its bet stands.
  bool is_owed(const StudioTransaction& move) const {
    if (move.kind != "win" && move.kind != "bonus_win") return false;
    const auto found = rounds_.find(move.round);
    if (found == rounds_.end()) return false;
    const SettledRound& round = found->second;
    const bool is_void = round.casino != nullptr && round.casino->state == "void";
    return !is_void && round.bet_minor > round.back_minor;
  }

  // What the studio was told is done is booked.
  void examine_move(const StudioTransaction& move) {
    examination_.examined();
    if (move.contradicted.value_or(0) > 0)
      wrong(move.round, false,
            fmt::format("{}: answered otherwise when it was repeated", move.transaction));
    if (move.state == "rejected" && is_owed(move))
      wrong(
          move.round, false,
          fmt::format("{}: a {} was rejected, though its bet stands", move.transaction, move.kind));
    const bool moved = move.kind != "close" && move.amount_minor.value_or(0) != 0;
    if (move.state != "ok" || !moved || booked_.contains(move.transaction)) return;
    wrong(move.round, false,
          fmt::format("{}: {} was told that {} is done, but it is not in the ledger",
                      move.transaction, move.studio, money(*move.amount_minor, move.currency)));
  }

  // A player who was told that a spin is on has a round.
  void examine_spins() {
    const History& history = joined_.run.history;
    for (const Operation& operation : history.operations) {
      const auto watch = watch_of(operation.kind);
      if (!watch || traits_of(*watch).book != Book::round) continue;
      if (joined_.ended[operation.id].outcome != Outcome::ok) continue;
      examination_.examined();
      const std::string key = key_of(history.run_key, operation.id);
      const auto round = rounds_.find(key);
      if (round == rounds_.end() || round->second.casino == nullptr)
        wrong(key, false, "its player was told that it is on, but the casino has no such round");
    }
  }

  // `may_end`: more time could have put it right.
  void wrong(std::string_view round, bool may_end, std::string_view what) {
    if (may_end && !joined_.run.drained_ms) {
      ++open_;
    } else if (joined_.loss.explains(round)) {
      examination_.listed("{}: {}", round, what);
    } else {
      examination_.violation("{}: {}", round, what);
    }
  }

  Examination& examination_;
  const Joined& joined_;
  const Books& books_;
  std::map<std::string_view, SettledRound> rounds_;
  std::unordered_map<std::string_view, const StudioTransaction*> moves_;  // by transaction
  std::map<std::string_view, const Transaction*> booked_;                 // by key
  int64_t open_ = 0;
};

}  // namespace

Finding examine_rounds_settled(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.rounds || !books.studio_rounds ||
      !books.studio_transactions) {
    return without_books("rounds_settled",
                         "ledger_entries, rounds, studio_rounds or studio_transactions");
  }
  Examination examination("rounds_settled");
  Rounds rounds(examination, joined);
  rounds.examine();
  std::string summary = rounds.summary();
  if (examination.violations() > 0) {
    summary = fmt::format("{}: open, ended twice, or not the same in both books; {}",
                          counted(examination.violations(), "violation"), summary);
  }
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
