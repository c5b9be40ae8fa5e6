#include "engine/recovery.hpp"

#include "base/clock.hpp"

namespace rehearse {
namespace {

constexpr int64_t window_ns = 5 * ns_per_s;
constexpr double success_share_of_baseline = 0.99;
constexpr double p95_of_baseline = 2.0;

double success_share(const Load::Window& window) {
  return window.attempts == 0
             ? 0
             : static_cast<double>(window.succeeded) / static_cast<double>(window.attempts);
}

}  // namespace

RecoveryWatch::RecoveryWatch(const Load& load, int64_t baseline_from_ns, int64_t baseline_to_ns)
    : load_(load), baseline_(load.windows(baseline_from_ns, baseline_to_ns)) {}

std::vector<std::string> RecoveryWatch::not_recovered(int64_t now_ns) const {
  // Attempts of the last moment may still be on their way: the window ends a second ago.
  const auto windows = load_.windows(now_ns - window_ns - ns_per_s, now_ns - ns_per_s);
  std::vector<std::string> kinds;
  for (size_t i = 0; i < windows.size(); ++i) {
    if (baseline_[i].attempts == 0) continue;
    const bool well =
        success_share(windows[i]) >= success_share_of_baseline * success_share(baseline_[i]) &&
        windows[i].p95_ms <= p95_of_baseline * baseline_[i].p95_ms;
    if (!well) kinds.emplace_back(name_of(static_cast<OperationKind>(i)));
  }
  return kinds;
}

}  // namespace rehearse
