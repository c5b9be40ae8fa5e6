#include "checks/loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "base/clock.hpp"

namespace rehearse {
namespace {

enum class Held { yes, no, cannot_say };

struct Books3 {
  const Run& run;
  const LedgerView& ledger;
  const std::vector<const Intent*>& intents;
};

Held in_ledger(const Books3& books, uint64_t operation, std::string_view step) {
  if (!books.run.books.ledger_entries) return Held::cannot_say;
  return books.ledger.find(operation, step) != nullptr ? Held::yes : Held::no;
}

// What came back of a round: an acknowledged sum needs a transaction that paid.
Held round_held(const Books3& books, uint64_t spin, int64_t returned_minor) {
  if (!books.run.books.ledger_entries) return Held::cannot_say;
  if (returned_minor == 0) return Held::yes;
  for (const Booked& booked : books.ledger.booked(spin)) {
    if (playable_minor(*booked.transaction) > 0) return Held::yes;
  }
  return Held::no;
}

Held held(const Books3& books, const Operation& operation, const Attempt& ack) {
  const KindTraits& traits = traits_of(operation.kind);
  if (!is_promise(operation)) return Held::cannot_say;
  if (traits.of_related && operation.related >= books.intents.size()) return Held::cannot_say;
  const uint64_t owner = traits.of_related ? operation.related : operation.id;
  switch (traits.book) {
    case Book::none:
      return Held::cannot_say;
    case Book::round:
      return round_held(books, owner, ack.amount_minor);
    case Book::ledger:
      // A tombstone moved nothing: its intent is what must be there.
      if (!traits.is_posting || ack.amount_minor != 0) return in_ledger(books, owner, traits.step);
      break;
    case Book::intents:
      break;
  }
  if (!books.run.books.intents) return Held::cannot_say;
  return books.intents[owner] != nullptr ? Held::yes : Held::no;
}

// Marks the lost writes that a surviving one of no newer epoch came after.
void mark_holes(Loss& loss, std::vector<const Attempt*>& survivors) {
  // Latest survivor up to each epoch: by sequence, and by the time it was sent.
  struct Latest {
    int64_t seq = 0, sent_ns = 0;
  };
  std::map<WriterEpoch, Latest> latest;
  for (const Attempt* survivor : survivors) {
    if (survivor->seq == 0) continue;  // told no epoch either: the cashier's answers
    Latest& at = latest[told_epoch(*survivor)];
    at.seq = std::max(at.seq, survivor->seq);
    at.sent_ns = std::max(at.sent_ns, survivor->sent_ns);
  }
  Latest so_far;
  for (auto& [epoch, at] : latest) {
    so_far.seq = std::max(so_far.seq, at.seq);
    so_far.sent_ns = std::max(so_far.sent_ns, at.sent_ns);
    at = so_far;
  }
  // A lost answer without an epoch was of the newest one acknowledged before it, or older.
  std::ranges::sort(survivors, {}, &Attempt::answered_ns);
  std::vector<WriterEpoch> newest_until;
  for (const Attempt* survivor : survivors) {
    const WriterEpoch last = newest_until.empty() ? WriterEpoch{} : newest_until.back();
    newest_until.push_back(std::max(last, told_epoch(*survivor)));
  }
  for (LostWrite& lost : loss.lost) {
    WriterEpoch epoch = told_epoch(*lost.ack);
    if (epoch == WriterEpoch{}) {
      const auto after =
          std::ranges::upper_bound(survivors, lost.ack->answered_ns, {}, &Attempt::answered_ns);
      const auto count = static_cast<size_t>(after - survivors.begin());
      if (count > 0) epoch = newest_until[count - 1];
    }
    loss.epoch_max = std::max(loss.epoch_max, epoch);
    const auto above = latest.upper_bound(epoch);
    if (above == latest.begin()) continue;
    const Latest& at = std::prev(above)->second;
    lost.hole =
        (lost.ack->seq != 0 && at.seq > lost.ack->seq) || at.sent_ns > lost.ack->answered_ns;
    loss.holes += lost.hole ? 1 : 0;
  }
}

void find_window(const Run& run, Loss& loss) {
  loss.from_wall_ns = run.zero_wall_ns + loss.first_sent_ns - run.history.zero_ns;
  loss.to_wall_ns = std::numeric_limits<int64_t>::max();
  if (!run.books.ledger_entries) return;
  for (const LedgerEntry& entry : *run.books.ledger_entries)
    if (const auto writer = writer_epoch_of(entry); writer && *writer > loss.epoch_max)
      if (const auto at_ns = parse_utc_ns(entry.committed_at))
        loss.to_wall_ns = std::min(loss.to_wall_ns, *at_ns);
}

double lost_ms_of(const Run& run, const Loss& loss) {
  double oldest = std::numeric_limits<double>::infinity(), last = -oldest;
  for (const LostWrite& lost : loss.lost) {
    const double at = run_ms(run.history, lost.ack->answered_ns);
    oldest = std::min(oldest, at);
    last = std::max(last, at);
  }
  // The fault that took them: of the disruptive ones the nearest to the last lost answer.
  std::optional<double> effective;
  for (const FaultRecord& fault : run.faults) {
    if (!fault.disruptive || !fault.effective_ms) continue;
    if (effective && std::abs(*effective - last) <= std::abs(*fault.effective_ms - last)) continue;
    effective = fault.effective_ms;
  }
  return std::max(effective.value_or(last), last) - oldest;
}

}  // namespace

bool Loss::contains(uint64_t operation) const {
  return std::ranges::binary_search(lost, operation, {}, &LostWrite::operation);
}

bool Loss::may_have_shown(const Attempt& attempt) const {
  return !lost.empty() && attempt.answered_ns >= first_sent_ns && told_epoch(attempt) <= epoch_max;
}

bool Loss::explains(std::string_view business_key) const {
  return within_target && business_keys.contains(business_key);
}

bool Loss::explains(std::string_view business_key, const std::string& committed_at) const {
  if (explains(business_key)) return true;
  if (!within_target || lost.empty()) return false;
  const auto at_ns = parse_utc_ns(committed_at);
  return at_ns && from_wall_ns <= *at_ns && *at_ns < to_wall_ns;
}

bool Loss::explains(const Attempt& attempt) const {
  return within_target && may_have_shown(attempt);
}

int64_t acknowledged_minor(const Operation& operation, const Attempt& ack) {
  const KindTraits& traits = traits_of(operation.kind);
  // An answer that tells its entry tells the amount; so does one about a whole round.
  if (traits.is_posting || traits.book == Book::round) return ack.amount_minor;
  return ack.amount_minor != 0 ? ack.amount_minor : operation.amount_minor;
}

Loss find_loss(const Run& run, const std::vector<Ended>& ended, const LedgerView& ledger,
               const std::vector<const Intent*>& intents) {
  const Books3 books{run, ledger, intents};
  Loss loss;
  std::vector<const Attempt*> survivors;
  for (const Operation& operation : run.history.operations) {
    const Ended& end = ended[operation.id];
    if (end.outcome != Outcome::ok) continue;
    const Attempt& ack = *end.answer;
    const Held here = held(books, operation, ack);
    if (here == Held::cannot_say) continue;
    ++loss.examined;
    if (here == Held::yes) {
      survivors.push_back(&ack);
      continue;
    }
    const KindTraits& traits = traits_of(operation.kind);
    LostWrite lost;
    lost.operation = operation.id;
    lost.ack = &ack;
    lost.key = key_of(run.history.run_key, traits.of_related ? operation.related : operation.id);
    if (!traits.step.empty()) lost.key.append(1, ':').append(traits.step);
    // What is lost together with what it belongs to is counted there.
    const bool counted =
        traits.of_related && run.books.intents && intents[operation.related] == nullptr;
    if (!counted) lost.amount_minor = acknowledged_minor(operation, ack);
    loss.first_sent_ns =
        loss.lost.empty() ? ack.sent_ns : std::min(loss.first_sent_ns, ack.sent_ns);
    loss.business_keys.emplace(business_key_of(lost.key));
    loss.lost.push_back(std::move(lost));
  }
  if (loss.lost.empty()) {
    loss.within_target = true;
    return loss;
  }
  mark_holes(loss, survivors);
  loss.lost_ms = lost_ms_of(run, loss);
  find_window(run, loss);
  const auto target = run.targets.rpo_ms.find("ledger");
  loss.within_target = loss.holes == 0 && target != run.targets.rpo_ms.end() &&
                       target->second > 0 && loss.lost_ms <= static_cast<double>(target->second);
  return loss;
}

}  // namespace rehearse
