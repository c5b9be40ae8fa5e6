// Proves that no limit ever gave way, not by a failover either: in the ledger's order no bet of an
// excluded or frozen player and no new withdrawal of a frozen one after the limit was taken, and no
// day (UTC) in which a player lost, or paid in, more than he had limited himself to.
// From: player_limits (with its place in the ledger's order), ledger_entries.
// Cannot see: limits that the wallet was asked for and never took.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "checks/examination.hpp"
#include "checks/instants.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

constexpr int64_t day_ms = 86'400'000;
// A batch is judged by the writer's clock, some time before it is committed by the database's.
constexpr int64_t clock_drift_ms = 1'000;

// What one transaction does to one player in one currency.
struct Act {
  std::string_view kind, key, player, currency;
  int64_t seq = 0, at_ms = 0;
  Int128 playable_minor = 0;  // change of cash and bonus
};

bool gives_back(std::string_view kind) {
  return kind == "win" || kind == "rollback" || kind == "round_void" || kind == "jackpot_win" ||
         kind == "bonus_win";
}

class Limits {
 public:
  Limits(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined) {
    for (const PlayerLimit& limit : *joined.run.books.player_limits)
      of_[{limit.player, limit.kind, limit.currency}].push_back(&limit);
    for (auto& [name, limits] : of_) {
      players_.insert(std::get<0>(name));
      std::ranges::sort(limits, {}, [](const PlayerLimit* limit) { return limit->after_seq; });
      examination_.examined(std::ssize(limits));
    }
  }

  bool concerns(std::string_view player) const { return players_.contains(player); }

  void examine(const Act& act) {
    examination_.examined();
    ++acts_;
    const bool bet = act.kind == "bet", hold = act.kind == "hold";
    if ((bet || hold) && flagged(act, "frozen")) wrong(act, "though frozen");
    if (bet && flagged(act, "self_exclusion")) wrong(act, "though excluded");
    if (bet || gives_back(act.kind)) examine_day(act, "loss_limit", -act.playable_minor);
    if (act.kind == "deposit") examine_day(act, "deposit_limit", act.playable_minor);
  }

  std::string summary() const {
    return fmt::format("{} limits of {} players over {} of their transactions", limits(),
                       players_.size(), acts_);
  }

 private:
  using Name = std::tuple<std::string_view, std::string_view, std::string_view>;

  int64_t limits() const {
    int64_t count = 0;
    for (const auto& [name, limits] : of_) count += std::ssize(limits);
    return count;
  }

  // The one in force for an act, null: none. A looser one waits for its time.
  const PlayerLimit* in_force(const Act& act, std::string_view kind,
                              std::string_view currency) const {
    const auto found = of_.find({act.player, kind, currency});
    if (found == of_.end()) return nullptr;
    const PlayerLimit* now = nullptr;
    for (const PlayerLimit* limit : found->second) {
      if (limit->after_seq >= act.seq) break;
      if (limit->from_ms.value_or(0) > act.at_ms + clock_drift_ms) continue;
      now = limit;
    }
    return now;
  }

  bool flagged(const Act& act, std::string_view kind) const {
    const PlayerLimit* limit = in_force(act, kind, "");
    if (limit == nullptr || limit->value_minor == 0) return false;
    const int64_t until_ms = limit->until_ms.value_or(0);
    return until_ms == 0 || act.at_ms + clock_drift_ms < until_ms;
  }

  // Counts from the first limit on, as its player asked for it then.
  void examine_day(const Act& act, std::string_view kind, Int128 minor) {
    const PlayerLimit* limit = in_force(act, kind, act.currency);
    if (limit == nullptr) return;
    Int128& used = used_[{act.player, kind, act.currency, act.at_ms / day_ms}];
    used += minor;
    if (minor <= 0 || limit->value_minor == 0 || used <= limit->value_minor) return;
    wrong(act, fmt::format("{} on one day, where the {} is {}", money(used, act.currency), kind,
                           money(limit->value_minor, act.currency)));
  }

  void wrong(const Act& act, std::string_view what) {
    if (joined_.loss.explains(act.key)) return examination_.listed("{}: {}", act.key, what);
    examination_.violation("{}: {} {} (entry {}): {}", act.player, act.kind, act.key, act.seq,
                           what);
  }

  Examination& examination_;
  const Joined& joined_;
  std::map<Name, std::vector<const PlayerLimit*>> of_;  // by player, kind, currency
  std::set<std::string_view> players_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view, int64_t>, Int128>
      used_;  // by player, kind, currency, day
  int64_t acts_ = 0;
};

}  // namespace

Finding examine_limits_respected(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.player_limits || !books.ledger_entries)
    return without_books("limits_respected", "player_limits or ledger_entries");
  Examination examination("limits_respected");
  Limits limits(examination, joined);
  Act act;
  std::string_view tx;
  const auto end_of_act = [&] {
    if (!act.player.empty()) limits.examine(act);
    act = {};
  };
  for (const LedgerEntry* entry : joined.ledger.entries()) {
    const bool same = entry->tx == tx && entry->currency == act.currency;
    if (!same) end_of_act();
    tx = entry->tx;
    if (act.currency.empty()) act.currency = entry->currency;
    const std::string_view player = player_of(entry->account);
    if (player.empty() || !limits.concerns(player)) continue;
    if (act.player.empty()) {
      act.kind = entry->kind;
      act.key = entry->key;
      act.player = player;
      act.seq = entry->seq;
      const auto at_ms = wall_ms_of(entry->committed_at);
      if (!at_ms) examination.cannot_say(fmt::format("entry {}: no instant", entry->seq));
      act.at_ms = at_ms.value_or(0);
    }
    if (is_player_bucket(entry->account, "cash") || is_player_bucket(entry->account, "bonus"))
      act.playable_minor += entry->amount_minor;
  }
  end_of_act();
  return std::move(examination).finish(limits.summary());
}

}  // namespace rehearse
