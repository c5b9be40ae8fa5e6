#include "engine/recovery.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "record/felt.hpp"

namespace rehearse {
namespace {

// The window by which checks/measure_rto.cpp judges afterwards: observing may not end before that
// has seen what it needs.
constexpr int64_t recovery_window_ns = 5 * ns_per_s;
constexpr int64_t window_attempts_min = 5;
constexpr double success_share_of_baseline = 0.99;
constexpr double p95_of_baseline = 2.0;

double success_share(const Load::Window& window) {
  return window.attempts == 0
             ? 0
             : static_cast<double>(window.succeeded) / static_cast<double>(window.attempts);
}

}  // namespace

RecoveryWatch::RecoveryWatch(const Load& load, int64_t baseline_from_ns, int64_t baseline_to_ns)
    : load_(load),
      baseline_from_ns_(baseline_from_ns),
      baseline_(load.windows({baseline_from_ns, baseline_to_ns, 0, baseline_from_ns})) {}

std::vector<std::string> RecoveryWatch::not_recovered(int64_t now_ns) const {
  // Attempts of the last moment may still be on their way: the window ends a second ago.
  const int64_t to_ns = now_ns - ns_per_s;
  const auto windows =
      load_.windows({to_ns - recovery_window_ns, to_ns, window_attempts_min, baseline_from_ns_});
  std::vector<std::string> kinds;
  for (size_t i = 0; i < windows.size(); ++i) {
    const Load::Window& baseline = baseline_[i];
    if (baseline.attempts == 0) continue;
    const Load::Window& window = windows[i];
    const bool well =
        success_share(window) >= success_share_of_baseline * success_share(baseline) &&
        window.p95_ms <= std::max(felt_at_once_ms, p95_of_baseline * baseline.p95_ms);
    if (!well) kinds.emplace_back(name_of(static_cast<OperationKind>(i)));
  }
  return kinds;
}

}  // namespace rehearse
