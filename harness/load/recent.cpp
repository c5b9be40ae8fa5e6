#include "load/recent.hpp"

#include <algorithm>
#include <array>

#include "base/clock.hpp"

namespace rehearse {

namespace {

// The age at which a try without an answer speaks against the platform.
int64_t patience_ns(OperationKind kind) {
  const bool watches =
      kind == OperationKind::deposit_settled || kind == OperationKind::payout_settled;
  return watches ? 2 * ns_per_s : ns_per_s;
}

}  // namespace

double p95_ms(std::vector<int64_t>& times_ns) {
  if (times_ns.empty()) return 0;
  const size_t rank = (times_ns.size() * 95 + 99) / 100;  // 1-based, rounded up
  const auto place = times_ns.begin() + static_cast<ptrdiff_t>(rank - 1);
  std::ranges::nth_element(times_ns, place);
  return static_cast<double>(*place) / ns_per_ms;
}

std::vector<Load::Window> windows_of(const HistoryWriter& history, int64_t from_ns, int64_t to_ns,
                                     int64_t now_ns) {
  std::vector<Load::Window> windows(operation_kinds);
  std::array<std::vector<int64_t>, operation_kinds> times_ns;
  for (size_t i = history.attempt_count(); i-- > 0;) {
    const Attempt& attempt = history.attempt(i);
    // Attempts are begun in order, none before it was intended: the rest is older than the window.
    if (attempt.sent_ns < from_ns) break;
    if (attempt.intended_ns < from_ns || attempt.intended_ns >= to_ns) continue;
    const OperationKind kind = history.operation(attempt.operation).kind;
    const Outcome outcome = outcome_now(attempt);
    if (outcome == Outcome::none && now_ns - attempt.sent_ns < patience_ns(kind)) continue;
    const auto index = static_cast<size_t>(kind);
    ++windows[index].attempts;
    if (outcome != Outcome::ok && outcome != Outcome::rejected) continue;
    ++windows[index].succeeded;
    times_ns[index].push_back(attempt.answered_ns - attempt.intended_ns);
  }
  for (size_t i = 0; i < windows.size(); ++i) windows[i].p95_ms = p95_ms(times_ns[i]);
  return windows;
}

}  // namespace rehearse
