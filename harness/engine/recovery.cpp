#include "engine/recovery.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "history/felt.hpp"

namespace rehearse {
namespace {

constexpr int64_t window_ns = 5 * ns_per_s;
// What is rare is looked at for longer, or there would often be nothing to see.
constexpr int64_t window_ns_max = 20 * ns_per_s;
constexpr int64_t attempts_wanted = 5;
constexpr double success_share_of_baseline = 0.99;
constexpr double p95_of_baseline = 2.0;

double success_share(const Load::Window& window) {
  return window.attempts == 0
             ? 0
             : static_cast<double>(window.succeeded) / static_cast<double>(window.attempts);
}

// How long a window must be to hold some attempts of a kind, at the rate of the baseline.
int64_t window_for(const Load::Window& baseline, int64_t baseline_ns) {
  const int64_t some_ns = attempts_wanted * baseline_ns / std::max<int64_t>(1, baseline.attempts);
  return std::clamp(some_ns, window_ns, window_ns_max);
}

}  // namespace

RecoveryWatch::RecoveryWatch(const Load& load, int64_t baseline_from_ns, int64_t baseline_to_ns)
    : load_(load),
      baseline_(load.windows(std::vector<int64_t>(operation_kinds, baseline_from_ns),
                             baseline_to_ns)),
      baseline_ns_(baseline_to_ns - baseline_from_ns) {}

std::vector<std::string> RecoveryWatch::not_recovered(int64_t now_ns) const {
  // Attempts of the last moment may still be on their way: the window ends a second ago.
  const int64_t to_ns = now_ns - ns_per_s;
  std::vector<int64_t> from_ns;
  for (const Load::Window& baseline : baseline_)
    from_ns.push_back(to_ns - window_for(baseline, baseline_ns_));
  const auto windows = load_.windows(from_ns, to_ns);
  std::vector<std::string> kinds;
  for (size_t i = 0; i < windows.size(); ++i) {
    const Load::Window& baseline = baseline_[i];
    if (baseline.attempts == 0) continue;
    const auto kind = static_cast<OperationKind>(i);
    const Load::Window& window = windows[i];
    const bool well =
        success_share(window) >= success_share_of_baseline * success_share(baseline) &&
        (window.attempts < attempts_wanted ||
         window.p95_ms <= std::max(felt_at_once_ms, p95_of_baseline * baseline.p95_ms));
    if (!well) kinds.emplace_back(name_of(kind));
  }
  return kinds;
}

}  // namespace rehearse
