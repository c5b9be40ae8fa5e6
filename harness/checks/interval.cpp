#include "checks/interval.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <cassert>

namespace rehearse {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

constexpr double tail = 0.025;

}  // namespace

Interval share_interval(int64_t count, int64_t of, double certainty) {
  assert(0 < of && 0 <= count && count <= of);
  const auto trials = static_cast<double>(of), successes = static_cast<double>(count);
  const double outside = (1 - certainty) / 2;
  return {Binomial::find_lower_bound_on_p(trials, successes, outside),
          Binomial::find_upper_bound_on_p(trials, successes, outside)};
}

Ranks percentile_ranks(double share, int64_t of) {
  assert(0 < share && share <= 1 && 0 < of);
  if (share == 1) return {of, of};
  const Binomial below(static_cast<double>(of), share);
  // The chance that fewer than `rank` observations lie below the percentile.
  const auto fewer = [&](int64_t rank) {
    return rank <= 0 ? 0 : rank > of ? 1 : cdf(below, static_cast<double>(rank - 1));
  };
  const auto first_above = [&](double chance) {
    int64_t low = 0, high = of + 1;  // fewer(low) <= chance < fewer(high)
    while (high - low > 1) {
      const int64_t middle = low + (high - low) / 2;
      (fewer(middle) > chance ? high : low) = middle;
    }
    return high;
  };
  return {first_above(tail) - 1, first_above(1 - tail)};
}

}  // namespace rehearse
