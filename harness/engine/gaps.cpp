#include "engine/gaps.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"

namespace rehearse {

Evidence Gaps::evidence() const {
  if (count_ == 0) return {};
  return {{"gaps", std::to_string(count_)},
          {"gaps_ms_at_most", std::to_string(sum_ns_ / ns_per_ms)}};
}

std::optional<std::string> Gaps::too_long() const {
  if (static_cast<double>(sum_ns_) <= gap_share_max * static_cast<double>(length_ns_))
    return std::nullopt;
  return fmt::format(
      "its effect had lapsed for up to {} of {} ms, {} times; at most {:.0f}% may be missing",
      sum_ns_ / ns_per_ms, length_ns_ / ns_per_ms, count_, 100 * gap_share_max);
}

}  // namespace rehearse
