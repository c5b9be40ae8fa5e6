#include "load/recent.hpp"

#include <algorithm>
#include <array>

#include "base/clock.hpp"

namespace rehearse {

namespace {

// The age at which a try without an answer speaks against the platform. Settlement is waited for: a
// game or a chain takes its seconds also when all is well.
int64_t patience_ns(OperationKind kind) {
  return is_settlement(kind) ? 6 * ns_per_s : ns_per_s;
}

// A window while it is filled.
struct Filling {
  Load::Window window;
  std::vector<int64_t> times_ns;

  void count(const Attempt& attempt, Outcome outcome) {
    ++window.attempts;
    if (outcome != Outcome::ok && outcome != Outcome::rejected) return;
    ++window.succeeded;
    times_ns.push_back(attempt.answered_ns - attempt.intended_ns);
  }
  Load::Window filled() {
    window.p95_ms = p95_ms(times_ns);
    return window;
  }
};

// `of_kind` says which window counts an operation's attempts; null = none.
template <typename OfKind>
void fill(const HistoryWriter& history, int64_t earliest_ns, int64_t to_ns, int64_t now_ns,
          OfKind of_kind) {
  for (size_t i = history.attempt_count(); i-- > 0;) {
    const Attempt& attempt = history.attempt(i);
    // Attempts are begun in order, none before it was intended: the rest is older than the window.
    if (attempt.sent_ns < earliest_ns) break;
    if (attempt.intended_ns < earliest_ns || attempt.intended_ns >= to_ns) continue;
    const OperationKind kind = history.operation(attempt.operation).kind;
    Filling* filling = of_kind(kind, attempt);
    const Outcome outcome = outcome_now(attempt);
    if (outcome == Outcome::none && now_ns - attempt.sent_ns < patience_ns(kind)) continue;
    if (filling != nullptr) filling->count(attempt, outcome);
  }
}

}  // namespace

double p95_ms(std::vector<int64_t>& times_ns) {
  if (times_ns.empty()) return 0;
  // 1-based, rounded up; of few, a single one says nothing.
  const size_t rank =
      std::min((times_ns.size() * 95 + 99) / 100, std::max<size_t>(1, times_ns.size() - 1));
  const auto place = times_ns.begin() + static_cast<ptrdiff_t>(rank - 1);
  std::ranges::nth_element(times_ns, place);
  return static_cast<double>(*place) / ns_per_ms;
}

std::vector<Load::Window> windows_of(const HistoryWriter& history, const Load::Span& span,
                                     int64_t now_ns) {
  std::array<Filling, operation_kinds> fillings;
  fill(history, std::min(span.from_ns, span.earliest_ns), span.to_ns, now_ns,
       [&](OperationKind kind, const Attempt& attempt) -> Filling* {
         Filling& filling = fillings[static_cast<size_t>(kind)];
         const bool inside = attempt.intended_ns >= span.from_ns;
         return inside || filling.window.attempts < span.attempts_min ? &filling : nullptr;
       });
  std::vector<Load::Window> windows;
  for (auto& filling : fillings) windows.push_back(filling.filled());
  return windows;
}

Load::Window window_of(const HistoryWriter& history, const std::vector<OperationKind>& kinds,
                       int64_t from_ns, int64_t to_ns, int64_t now_ns) {
  Filling filling;
  fill(history, from_ns, to_ns, now_ns, [&](OperationKind kind, const Attempt&) {
    return std::ranges::find(kinds, kind) == kinds.end() ? nullptr : &filling;
  });
  return filling.filled();
}

}  // namespace rehearse
