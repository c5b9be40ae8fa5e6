// Proves that nobody was shown the past: an answer that carries an account's version is never older
// than one that anybody was given for that account before its request was first sent. (Real-time
// order of versions: linearizability of one register, decided by sorting instead of searching.)
// From: client history (answers that carry a version).
// Cannot see: reads that were too old but overlapped every newer answer, or answers without a
// version; whether a version had the right balance (balances_match).
#include <algorithm>
#include <tuple>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

struct Shown {
  uint64_t account = 0;  // player and currency
  const Attempt* attempt = nullptr;
  // The newest versions shown for this account until this answer: of all answers, and of those
  // that no loss within target may have taken back.
  const Attempt *newest = nullptr, *newest_kept = nullptr;
};

uint64_t account_of(const Operation& operation) {
  return uint64_t{operation.player} * currencies + static_cast<uint64_t>(operation.currency);
}

// By account and time of the answer.
std::vector<Shown> shown_in_order(const Joined& joined) {
  const History& history = joined.run.history;
  std::vector<Shown> shown;
  for (const Attempt& attempt : history.attempts) {
    if (attempt.outcome != Outcome::ok || attempt.version == 0 || attempt.answered_ns == 0)
      continue;
    shown.push_back({account_of(history.operations.at(attempt.operation)), &attempt});
  }
  std::ranges::sort(shown, {}, [](const Shown& one) {
    return std::tuple(one.account, one.attempt->answered_ns, one.attempt->version);
  });
  const auto newer = [](const Attempt* a, const Attempt* b) {
    return b == nullptr || (a != nullptr && a->version > b->version) ? a : b;
  };
  for (size_t i = 0; i < shown.size(); ++i) {
    Shown& one = shown[i];
    one.newest = one.attempt;
    one.newest_kept = joined.loss.explains(*one.attempt) ? nullptr : one.attempt;
    if (i == 0 || shown[i - 1].account != one.account) continue;
    one.newest = newer(one.newest, shown[i - 1].newest);
    one.newest_kept = newer(one.newest_kept, shown[i - 1].newest_kept);
  }
  return shown;
}

// The last answer for the account before `sent_ns`, or null.
const Shown* last_before(const std::vector<Shown>& shown, uint64_t account, int64_t sent_ns) {
  const auto after = std::ranges::lower_bound(
      shown, std::tuple(account, sent_ns), {},
      [](const Shown& one) { return std::tuple(one.account, one.attempt->answered_ns); });
  if (after == shown.begin() || std::prev(after)->account != account) return nullptr;
  return &*std::prev(after);
}

std::string staleness(const Joined& joined, const Attempt& stale, const Attempt& newer) {
  const History& history = joined.run.history;
  const Operation& operation = history.operations[stale.operation];
  return fmt::format(
      "player:{}:cash:{}: {} of {} showed version {}, though {} had shown {} {:.1f} "
      "ms before it was sent",
      player_name(operation.player), name_of(operation.currency),
      key_of(history.run_key, operation.id), name_of(operation.kind), stale.version,
      key_of(history.run_key, newer.operation), newer.version,
      run_ms(history, stale.sent_ns) - run_ms(history, newer.answered_ns));
}

}  // namespace

Finding examine_reads_fresh(const Joined& joined) {
  const History& history = joined.run.history;
  Examination examination("reads_fresh");
  const std::vector<Shown> shown = shown_in_order(joined);
  for (const Shown& one : shown) {
    examination.examined();
    // A write may have been done any time since it was first sent: a retry is told what was then.
    const bool read = is_read(history.operations[one.attempt->operation].kind);
    const Attempt* first = read ? one.attempt : joined.ended[one.attempt->operation].first;
    const Shown* before = last_before(shown, one.account, first->sent_ns);
    if (before == nullptr || one.attempt->version >= before->newest->version) continue;
    const Attempt* kept = before->newest_kept;
    if (kept != nullptr && kept->version > one.attempt->version) {
      examination.violation("{}", staleness(joined, *one.attempt, *kept));
    } else {
      examination.listed("{}", staleness(joined, *one.attempt, *before->newest));
    }
  }
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} answers: none older than one given before it was asked for",
                        shown.size())
          : fmt::format("{} of {} answers showed the past", examination.violations(), shown.size());
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
