// Proves that no limit ever gave way, not by a failover either: in the ledger's order no bet, loan
// or bonus of an excluded or frozen player and no new withdrawal or conversion of a frozen one
// after the limit was taken, and no day (UTC) in which a player lost, or paid in, more than he had
// limited himself to. No provider was sent a withdrawal of a player who was frozen by then. Nor did
// a limit vanish that an intent or a refusal tells of. From: player_limits (with its place in the
// ledger's order), ledger_entries, intents and provider_transfers where they are there, client
// history.
// Cannot see: limits that the wallet was asked for and never took.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/clock.hpp"
#include "checks/examination.hpp"
#include "checks/instants.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

constexpr int64_t limit_day_ms = 86'400'000;
// A batch is judged by the writer's clock, some time before it is committed by the database's.
constexpr int64_t clock_drift_ms = 1'000;
// What is written at one moment may wait for its commit.
constexpr int64_t place_drift_ms = 5'000;
// What is on its way to a provider when its player is frozen may still arrive there.
constexpr int64_t on_its_way_ms = 5'000;

// When a deposit was asked for, by the clients' clock; null: by nobody of this run.
std::optional<int64_t> begun_wall_ms(const Joined& joined, std::string_view key) {
  const Run& run = joined.run;
  const auto ref = parse_key(run.history.run_key, key);
  if (!ref || ref->operation >= joined.ended.size() || run.zero_wall_ns == 0) return std::nullopt;
  const Attempt* first = joined.ended[ref->operation].first;
  if (first == nullptr) return std::nullopt;
  return (run.zero_wall_ns + first->sent_ns - run.history.zero_ns) / ns_per_ms;
}

// What one transaction does to one player in one currency.
struct Act {
  std::string_view kind, key, player, currency, round;
  int64_t seq = 0, at_ms = 0;
  std::optional<int64_t> begun_ms;  // when its client asked for it
  Int128 playable_minor = 0;        // change of cash and bonus
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
    if (!joined.run.books.intents) return;
    for (const Intent& intent : *joined.run.books.intents)
      if (intent.operation == "limit") taken_at_[intent.key] = intent.updated_at;
  }

  bool concerns(std::string_view player) const { return players_.contains(player); }

  void examine(const Act& act) {
    examination_.examined();
    ++acts_;
    const bool bet = act.kind == "bet";
    const bool play = bet || act.kind == "loan" || act.kind == "bonus_grant";
    const bool out = act.kind == "hold" || act.kind == "conversion";
    if ((play || out) && flagged(act, "frozen")) wrong(act, "though frozen");
    if (play && flagged(act, "self_exclusion")) wrong(act, "though excluded");
    if (bet || gives_back(act.kind)) examine_day(act, "loss_limit", -act.playable_minor);
    if (act.kind == "deposit") examine_day(act, "deposit_limit", act.playable_minor);
  }

  // What the wallet was asked to take and took, it has.
  void examine_intents(const std::vector<Intent>& intents) {
    for (const Intent& intent : intents) {
      if (intent.operation != "limit" || intent.state != "ok") continue;
      examination_.examined();
      const bool known = std::ranges::any_of(of_, [&](const auto& named) {
        return std::get<0>(named.first) == intent.player &&
               std::get<2>(named.first) == intent.currency &&
               std::ranges::any_of(named.second, [&](const PlayerLimit* limit) {
                 return limit->value_minor == intent.amount_minor;
               });
      });
      if (known) continue;
      gone(intent.key,
           fmt::format("a limit of {} was taken, and is not in the books", intent.player));
    }
  }

  // The place that a limit has in the ledger's order is that of its moment.
  void examine_places() {
    for (const auto& [name, limits] : of_) {
      for (const PlayerLimit* limit : limits) {
        const auto taken_ms = told_taken_ms(*limit);
        if (!taken_ms) continue;
        examination_.examined();
        const int64_t last =
            joined_.ledger.entries().empty() ? 0 : joined_.ledger.entries().back()->seq;
        const bool late = entry_ms(limit->after_seq) > *taken_ms + place_drift_ms;
        const bool early =
            limit->after_seq < last && entry_ms(limit->after_seq + 1) + place_drift_ms < *taken_ms;
        if (late || early || limit->after_seq > last)
          gone(limit->key, fmt::format("taken {}, but said to be after entry {} of {}",
                                       taken_at_["limit:" + limit->key], limit->after_seq, last));
      }
    }
  }

  // A withdrawal that was held before the freeze is not sent after it.
  void examine_payouts(const std::vector<ProviderTransfer>& transfers) {
    std::map<std::string_view, std::string_view> players;  // by payment
    for (const Transaction& transaction : joined_.ledger.transactions())
      if (transaction.kind == "hold" && concerns(transaction.player))
        players[business_key_of(transaction.key)] = transaction.player;
    for (const ProviderTransfer& transfer : transfers) {
      const auto found = players.find(transfer.business_key);
      if (transfer.direction != "out" || found == players.end()) continue;
      examination_.examined();
      ++acts_;
      const auto sent_ms = wall_ms_of(transfer.at);
      if (!sent_ms)
        examination_.cannot_say(fmt::format("{}: no instant", transfer.business_key));
      else if (const auto since_ms = frozen_for_ms(found->second, *sent_ms);
               since_ms > on_its_way_ms)
        gave_way(transfer.business_key,
                 fmt::format("{}: payout {} sent to {} {} ms after he was frozen", found->second,
                             transfer.business_key, transfer.provider, since_ms));
    }
  }

  // Who was refused for a limit has one.
  void examine_refusals() {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds = {
        {{"self_excluded", "self_exclusion"},
         {"frozen", "frozen"},
         {"loss_limit", "loss_limit"},
         {"deposit_limit", "deposit_limit"}}};
    for (const Operation& operation : joined_.run.history.operations) {
      const Ended& ended = joined_.ended[operation.id];
      if (ended.outcome != Outcome::rejected) continue;
      const auto kind = std::ranges::find(kinds, std::string_view(ended.answer->reason),
                                          [](const auto& named) { return named.first; });
      if (kind == kinds.end()) continue;
      examination_.examined();
      const std::string player = player_name(operation.player);
      const bool a_day = kind->second.ends_with("_limit");
      const std::string_view currency = a_day ? name_of(operation.currency) : "";
      if (of_.contains({player, kind->second, currency})) continue;
      gone(key_of(joined_.run.history.run_key, operation.id),
           fmt::format("{} was refused as {}, and has no such limit in the books", player,
                       kind->first));
    }
  }

  int64_t acts() const { return acts_; }
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

  void gone(std::string_view key, const std::string& what) {
    if (joined_.loss.explains(business_key_of(key)))
      return examination_.listed("{}: {}", key, what);
    if (!joined_.run.drained_ms)  // the table may be older than what it lacks
      return examination_.cannot_say(fmt::format("{}: {} when the drain ran out", key, what));
    examination_.violation("{}: {}", key, what);
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

  // By the intent of it.
  std::optional<int64_t> told_taken_ms(const PlayerLimit& limit) const {
    const auto found = taken_at_.find("limit:" + limit.key);
    return found == taken_at_.end() ? std::nullopt : wall_ms_of(found->second);
  }

  // How long a player had been frozen then; 0: he was not.
  int64_t frozen_for_ms(std::string_view player, int64_t at_ms) const {
    const auto found = of_.find({player, "frozen", ""});
    if (found == of_.end()) return 0;
    int64_t for_ms = 0;
    for (const PlayerLimit* limit : found->second) {
      const int64_t taken_ms = told_taken_ms(*limit).value_or(entry_ms(limit->after_seq));
      if (std::max(taken_ms, limit->from_ms.value_or(0)) > at_ms) continue;
      const int64_t until_ms = limit->until_ms.value_or(0);
      const bool ended = limit->value_minor == 0 || (until_ms != 0 && until_ms <= at_ms);
      for_ms = ended ? 0 : std::max(for_ms, at_ms - taken_ms);
    }
    return for_ms;
  }

  // When the ledger had that entry, or the last one before.
  int64_t entry_ms(int64_t seq) const {
    const auto& entries = joined_.ledger.entries();
    const auto after = std::ranges::upper_bound(entries, seq, {}, &LedgerEntry::seq);
    if (after == entries.begin()) return 0;
    return wall_ms_of((*std::prev(after))->committed_at).value_or(0);
  }

  // A payment is judged when it is begun: a limit that was taken between then and its booking did
  // not hold for it yet. The loosest of what was in force meanwhile; null: at some time none was.
  const PlayerLimit* loosest_since(const Act& act, std::string_view kind, int64_t begun_ms) const {
    const auto found = of_.find({act.player, kind, act.currency});
    if (found == of_.end()) return nullptr;
    const PlayerLimit* loosest = nullptr;
    bool free = true;
    for (const PlayerLimit* limit : found->second) {
      if (limit->after_seq >= act.seq) break;
      if (limit->from_ms.value_or(0) > act.at_ms + clock_drift_ms) continue;
      const bool before = entry_ms(limit->after_seq) + clock_drift_ms < begun_ms;
      if (!before && (free || limit->value_minor == 0)) return nullptr;
      if (before || limit->value_minor > loosest->value_minor) loosest = limit;
      free = loosest->value_minor == 0;
    }
    return free ? nullptr : loosest;
  }

  // Counts from the first limit on, as its player asked for it then. Right at midnight it may have
  // been of the day before or after by the writer's clock.
  void examine_day(const Act& act, std::string_view kind, Int128 minor) {
    const PlayerLimit* limit =
        act.begun_ms ? loosest_since(act, kind, *act.begun_ms) : in_force(act, kind, act.currency);
    if (limit == nullptr) return;
    const int64_t at_ms = act.begun_ms.value_or(act.at_ms);
    const int64_t of_day_ms = at_ms % limit_day_ms;
    if (minor > 0 && std::min(of_day_ms, limit_day_ms - of_day_ms) < clock_drift_ms) return;
    const int64_t day = act.begun_ms ? *act.begun_ms / limit_day_ms : day_of(act);
    Int128& used = used_[{act.player, kind, act.currency, day}];
    used += minor;
    if (minor <= 0 || limit->value_minor == 0 || used <= limit->value_minor) return;
    wrong(act, fmt::format("{} on one day, where the {} is {}", money(used, act.currency), kind,
                           money(limit->value_minor, act.currency)));
  }

  // What comes of a round is of the day of its bet: yesterday's makes no room today.
  int64_t day_of(const Act& act) {
    const int64_t day = act.at_ms / limit_day_ms;
    if (act.round.empty()) return day;
    const auto bet = bet_days_.try_emplace({act.player, act.round}, day).first;
    if (act.kind == "bet") bet->second = day;
    return bet->second;
  }

  void wrong(const Act& act, std::string_view what) {
    gave_way(act.key,
             fmt::format("{}: {} {} (entry {}): {}", act.player, act.kind, act.key, act.seq, what));
  }

  void gave_way(std::string_view key, const std::string& what) {
    if (joined_.loss.explains(key)) return examination_.listed("{}", what);
    examination_.violation("{}", what);
  }

  Examination& examination_;
  const Joined& joined_;
  std::map<Name, std::vector<const PlayerLimit*>> of_;  // by player, kind, currency
  std::set<std::string_view> players_;
  std::map<std::string, std::string_view, std::less<>> taken_at_;  // of limits, by intent
  std::map<std::tuple<std::string_view, std::string_view, std::string_view, int64_t>, Int128>
      used_;  // by player, kind, currency, day
  std::map<std::pair<std::string_view, std::string_view>, int64_t> bet_days_;  // by player, round
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
      act.round = entry->round;
      act.seq = entry->seq;
      const auto at_ms = wall_ms_of(entry->committed_at);
      if (!at_ms) examination.cannot_say(fmt::format("entry {}: no instant", entry->seq));
      act.at_ms = at_ms.value_or(0);
      if (act.kind == "deposit") act.begun_ms = begun_wall_ms(joined, act.key);
    }
    if (is_player_bucket(entry->account, "cash") || is_player_bucket(entry->account, "bonus"))
      act.playable_minor += entry->amount_minor;
  }
  end_of_act();
  if (books.intents) limits.examine_intents(*books.intents);
  limits.examine_places();
  if (books.provider_transfers) limits.examine_payouts(*books.provider_transfers);
  limits.examine_refusals();
  if (limits.acts() == 0) examination.not_exercised("no player with a limit did anything");
  return std::move(examination).finish(limits.summary());
}

}  // namespace rehearse
