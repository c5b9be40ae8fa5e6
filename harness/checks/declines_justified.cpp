// Proves that nobody was declined without a reason that the books have: a bet is unknown, rolled
// back or too late only where they say so; funds are insufficient only if at some moment of the
// asking they were; and what no book explains (no_rail, declined, …) is, once everything has come
// back, no larger a share of a kind than in the steady phase.
// From: client history, ledger_entries, intents, window_bets where they are there. Refusals for a
// player's limits: limits_respected.
// Cannot see: declines of kinds that the steady phase has too few of to compare with.
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <unordered_set>

#include "checks/examination.hpp"
#include "checks/interval.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

enum class Justified { yes, no, unsaid };  // by the books

// What a player could play with after each of his transactions.
struct Funds {
  int64_t seq = 0;  // the transaction's first entry
  Int128 cash_minor = 0, playable_minor = 0;
};

// Which part of the ledger's order was surely there before a moment, and which surely not yet after
// it, by what clients were told of sequence numbers.
class LedgerOrder {
 public:
  explicit LedgerOrder(const History& history) {
    for (const Attempt& attempt : history.attempts) {
      if (attempt.outcome != Outcome::ok || attempt.seq == 0 || attempt.answered_ns == 0) continue;
      told_.push_back({attempt.answered_ns, attempt.seq});
      // A further try may be answered with what an earlier one had booked.
      if (attempt.number == 1) begun_.push_back({attempt.sent_ns, attempt.seq});
    }
    std::ranges::sort(told_, {}, &Told::answered_ns);
    for (size_t i = 1; i < told_.size(); ++i)
      told_[i].seq = std::max(told_[i].seq, told_[i - 1].seq);
    std::ranges::sort(begun_, {}, &Begun::sent_ns);
    for (size_t i = begun_.size(); i-- > 1;)
      begun_[i - 1].seq = std::min(begun_[i - 1].seq, begun_[i].seq);
  }

  int64_t there_before(int64_t ns) const {
    const auto after = std::ranges::lower_bound(told_, ns, {}, &Told::answered_ns);
    return after == told_.begin() ? 0 : std::prev(after)->seq;
  }
  int64_t not_yet_after(int64_t ns) const {
    const auto after = std::ranges::lower_bound(begun_, ns, {}, &Begun::sent_ns);
    return after == begun_.end() ? std::numeric_limits<int64_t>::max() : after->seq;
  }

 private:
  struct Told {
    int64_t answered_ns = 0, seq = 0;
  };
  struct Begun {
    int64_t sent_ns = 0, seq = 0;
  };
  std::vector<Told> told_;
  std::vector<Begun> begun_;
};

using Purse = std::pair<std::string_view, std::string_view>;  // player, currency

std::map<Purse, std::vector<Funds>> funds_of(const LedgerView& ledger) {
  std::map<Purse, std::vector<Funds>> funds;
  std::string_view tx;
  for (const LedgerEntry* entry : ledger.entries()) {
    const bool cash = is_player_bucket(entry->account, "cash");
    if (!cash && !is_player_bucket(entry->account, "bonus")) continue;
    std::vector<Funds>& steps = funds[{player_of(entry->account), entry->currency}];
    const Transaction& transaction = ledger.transactions()[ledger.index_of(*entry)];
    if (steps.empty() || steps.back().seq != transaction.seq) {
      steps.push_back(steps.empty() ? Funds{} : steps.back());
      steps.back().seq = transaction.seq;
    }
    steps.back().playable_minor += entry->amount_minor;
    if (cash) steps.back().cash_minor += entry->amount_minor;
  }
  return funds;
}

// Of one kind, how many were declined for what no book explains.
struct Share {
  int64_t declined = 0, all = 0;
};

// Surely no fewer and no more than this.
Interval bounds_of(const Share& share) {
  constexpr double certainty = 0.99;
  return share.all == 0 ? Interval{} : share_interval(share.declined, share.all, certainty);
}

class Declines {
 public:
  Declines(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), history_(joined.run.history) {
    for (const Intent& intent : *joined.run.books.intents) {
      const auto ref = parse_key(history_.run_key, intent.key);
      if (!ref || ref->operation >= history_.operations.size()) continue;
      if (intent.operation == "rollback" && intent.state == "ok")
        rolled_back_.insert(owner_of(history_.operations[ref->operation]));
    }
    if (!joined.run.books.window_bets) return;
    for (const WindowBet& bet : *joined.run.books.window_bets)
      if (bet.outcome == "outside_window") outside_.insert(bet.key);
  }

  void examine() {
    for (const Operation& operation : history_.operations) {
      const Ended& ended = joined_.ended[operation.id];
      if (ended.first == nullptr || ended.outcome == Outcome::none) continue;
      examination_.examined();
      const bool declined = ended.outcome == Outcome::rejected;
      const Justified justified = declined ? justify(operation, ended) : Justified::yes;
      declined_ += declined ? 1 : 0;
      if (declined && justified == Justified::no) unjustified(operation, ended);
      if (!declined || justified == Justified::unsaid) count(operation, ended, declined);
    }
    for (const auto& [kind, shares] : shares_) compare(kind, shares);
  }

  int64_t declined() const { return declined_; }

 private:
  // The bet that it is about.
  static uint64_t owner_of(const Operation& operation) {
    const bool of_other =
        operation.kind == OperationKind::win || operation.kind == OperationKind::rollback;
    return of_other ? operation.related : operation.id;
  }

  Justified justify(const Operation& operation, const Ended& ended) {
    const std::string_view reason = ended.answer->reason;
    const auto by = [](bool yes) { return yes ? Justified::yes : Justified::no; };
    if (reason == "insufficient_funds") return lacked_funds(operation, ended);
    if (reason == "unknown_bet") return by(!had_bet(operation, ended));
    if (reason == "rolled_back") return by(rolled_back_.contains(owner_of(operation)));
    if (reason == "outside_window" && joined_.run.books.window_bets)
      return by(outside_.contains(key_of(history_.run_key, operation.id)));
    static constexpr std::array<std::string_view, 4> limits = {"self_excluded", "frozen",
                                                               "loss_limit", "deposit_limit"};
    if (std::ranges::find(limits, reason) != limits.end()) return Justified::yes;
    return Justified::unsaid;
  }

  // Its client had heard of the bet before it asked, and it is in the books to this day.
  bool had_bet(const Operation& operation, const Ended& ended) const {
    const uint64_t owner = owner_of(operation);
    if (owner >= history_.operations.size()) return false;
    const Operation& bet = history_.operations[owner];
    const Ended& before = joined_.ended[owner];
    const Transaction* booked = joined_.ledger.find(owner, traits_of(bet.kind).step);
    return booked != nullptr && booked->kind == "bet" && bet.player == operation.player &&
           bet.currency == operation.currency && bet.round == operation.round &&
           before.outcome == Outcome::ok && before.answer->answered_ns != 0 &&
           before.answer->answered_ns <= ended.first->sent_ns;
  }

  // Whether at some moment between the first asking and the answer there was less.
  Justified lacked_funds(const Operation& operation, const Ended& ended) {
    // What was lost may have been spent then.
    if (!joined_.loss.lost.empty() || ended.answer->answered_ns == 0) return Justified::unsaid;
    if (funds_.empty()) funds_ = funds_of(joined_.ledger);
    const std::string player = player_name(operation.player);
    const auto found = funds_.find({player, name_of(operation.currency)});
    if (found == funds_.end()) return Justified::yes;
    const std::vector<Funds>& steps = found->second;
    const int64_t from = order_.there_before(ended.first->sent_ns);
    const int64_t to = order_.not_yet_after(ended.answer->answered_ns);
    auto step = std::ranges::upper_bound(steps, from, {}, &Funds::seq);
    if (step == steps.begin()) return Justified::yes;  // he may have had nothing yet
    const bool by_bonus = traits_of(operation.kind).revenue_sign > 0;
    for (--step; step != steps.end() && step->seq < to; ++step) {
      const Int128 had = by_bonus ? step->playable_minor : step->cash_minor;
      if (had < operation.amount_minor) return Justified::yes;
    }
    return Justified::no;
  }

  void unjustified(const Operation& operation, const Ended& ended) {
    const std::string text =
        fmt::format("{} {} of {} by {}: declined as {}, which the books do not bear out",
                    key_of(history_.run_key, operation.id), name_of(operation.kind),
                    money(operation.amount_minor, name_of(operation.currency)),
                    player_name(operation.player), ended.answer->reason);
    if (joined_.loss.explains(*ended.answer)) {
      examination_.listed("{}", text);
    } else {
      examination_.violation("{}", text);
    }
  }

  // Copies that are not whole yet may decline too.
  std::optional<double> whole_ms() const {
    if (!joined_.mended_ms) return std::nullopt;
    return std::max(*joined_.mended_ms, joined_.run.redundancy_restored_ms.value_or(0));
  }

  void count(const Operation& operation, const Ended& ended, bool declined) {
    const bool steady = in_steady_phase(joined_.run, *ended.first);
    const double begun_ms = run_ms(history_, ended.first->intended_ns);
    if (!steady && (!mended_ms_ || begun_ms < *mended_ms_)) return;
    // All payments together: of each kind there are few.
    auto& shares = shares_[is_payment(operation.kind) ? "payment" : name_of(operation.kind)];
    Share& share = steady ? shares.first : shares.second;
    ++share.all;
    share.declined += declined ? 1 : 0;
  }

  void compare(std::string_view kind, const std::pair<Share, Share>& shares) {
    const auto& [before, after] = shares;
    if (bounds_of(after).low <= bounds_of(before).high) return;
    examination_.violation(
        "{}: {} of {} declined after everything had come back, {} of {} in the steady phase", kind,
        after.declined, after.all, before.declined, before.all);
  }

  Examination& examination_;
  const Joined& joined_;
  const History& history_;
  const LedgerOrder order_{joined_.run.history};
  const std::optional<double> mended_ms_ = whole_ms();
  std::unordered_set<uint64_t> rolled_back_;  // bets, by operation
  std::set<std::string_view> outside_;        // their window, by key
  std::map<Purse, std::vector<Funds>> funds_;
  std::map<std::string_view, std::pair<Share, Share>> shares_;  // steady, after; by kind
  int64_t declined_ = 0;
};

}  // namespace

Finding examine_declines_justified(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.intents)
    return without_books("declines_justified", "ledger_entries or intents");
  Examination examination("declines_justified");
  Declines declines(examination, joined);
  declines.examine();
  if (declines.declined() == 0 && !joined.run.history.operations.empty())
    examination.not_exercised("nobody was declined");
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} declined, each as the books bear out", declines.declined())
          : fmt::format("{} declined, {}", declines.declined(),
                        counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
