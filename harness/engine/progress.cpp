#include "engine/progress.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"

namespace rehearse {

std::string progress_line(const std::string& phase, int64_t since_ns, const LoadProgress& load,
                          const std::string& roles) {
  return fmt::format(
      "{:<8} {:6.1f} s  sent {} ok {} rejected {} failed {} unknown {}  errors {:.0f}%  "
      "p95 {:.0f} ms  {}",
      phase, static_cast<double>(monotonic_ns() - since_ns) / ns_per_s, load.sent, load.ok,
      load.rejected, load.failed, load.unknown, 100 * load.recent_error_share, load.recent_p95_ms,
      roles);
}

}  // namespace rehearse
