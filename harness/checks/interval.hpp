// How sure a figure is by the number of its observations alone, with 95% certainty where nothing
// else is asked for; exact, so that few observations say little instead of something wrong.
#pragma once

#include <cstdint>

namespace rehearse {

struct Interval {
  double low = 0, high = 1;
};
// Of a share of which `count` of `of` were seen, 0 < of (Clopper and Pearson, Biometrika 1934).
Interval share_interval(int64_t count, int64_t of, double certainty = 0.95);

// Between which ranks of `of` ordered observations (1 is the smallest) a percentile lies; 0 or of +
// 1 where no observation bounds it (David and Nagaraja, Order Statistics, 7.1).
struct Ranks {
  int64_t low = 0, high = 0;
};
Ranks percentile_ranks(double share, int64_t of);

}  // namespace rehearse
