#include "engine/recovery.hpp"

#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "record/felt.hpp"

namespace rehearse {
namespace {

// The window by which checks/measure_rto.cpp judges afterwards: observing may not end before that
// has seen what it needs.
constexpr int64_t recovery_window_ns = 5 * ns_per_s;
// Attempts of the last moment may still be on their way: the window ends before them.
constexpr int64_t on_their_way_ns = ns_per_s;
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
  const int64_t to_ns = now_ns - on_their_way_ns;
  std::map<int64_t, std::vector<Load::Window>> windows;  // by how many attempts tell
  std::vector<std::string> kinds;
  for (size_t i = 0; i < baseline_.size(); ++i) {
    const Load::Window& baseline = baseline_[i];
    if (baseline.attempts == 0) continue;
    const int64_t attempts_min = window_attempts_min(baseline.attempts);
    auto [known, is_new] = windows.try_emplace(attempts_min);
    if (is_new)
      known->second =
          load_.windows({to_ns - recovery_window_ns, to_ns, attempts_min, baseline_from_ns_});
    const Load::Window& window = known->second[i];
    const bool well =
        success_share(window) >= success_share_of_baseline * success_share(baseline) &&
        window.p95_ms <= std::max(felt_at_once_ms, p95_of_baseline * baseline.p95_ms);
    if (!well) kinds.emplace_back(name_of(static_cast<OperationKind>(i)));
  }
  return kinds;
}

std::vector<std::string> RecoveryWatch::not_recovered_since(int64_t since_ns,
                                                            int64_t now_ns) const {
  if (now_ns - since_ns >= recovery_window_ns + on_their_way_ns) return not_recovered(now_ns);
  std::vector<std::string> kinds;
  for (size_t i = 0; i < baseline_.size(); ++i)
    if (baseline_[i].attempts > 0) kinds.emplace_back(name_of(static_cast<OperationKind>(i)));
  return kinds;
}

}  // namespace rehearse
