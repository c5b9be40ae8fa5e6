// How often a platform may try its providers again, by what it declares of itself. The defaults are
// those of runs that were recorded before a platform declared them.
#pragma once

#include <cstdint>

namespace rehearse {

struct RetryBudget {
  // All senders together, at one provider: in any window so many retries, and besides a share of
  // the first requests of that window and the one before.
  int64_t window_ms = 10'000, again_max = 120, percent_of_first = 20;
  // One payment: so many of its pauses may be short, for those of a backoff grow.
  int64_t short_pause_ms = 800, short_pauses_max = 8;
  // One payment: so many tries at first, and later one in so long.
  int64_t tries_at_first = 12, later_pause_ms = 2'500;
  // A question that comes so long after the last one is the regular look at a pending transfer.
  int64_t regular_look_ms = 4'500;

  bool operator==(const RetryBudget&) const = default;
};

}  // namespace rehearse
