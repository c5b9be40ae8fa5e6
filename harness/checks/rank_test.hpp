// Whether one group of figures is larger than another, by their ranks: the one-sided test of Mann
// and Whitney (Annals of Mathematical Statistics, 1947), with the exact distribution of the ranks
// as they are, ties included (Streitberg and Röhmel, 1986), so that few runs say little instead of
// something wrong. A figure that is only known to be large enough is given as infinity.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace rehearse {

struct RankTest {
  double p = 1;             // of figures at least as large by chance alone
  double p_least = 1;       // that so many figures could show at all: 1 / (n + m over n)
  double larger_share = 0;  // how often one of the first group exceeds one of the other; ties half
  double shift = 0;         // Hodges and Lehmann: the median of all differences
  // With 95% certainty it lies between (Lehmann, Nonparametrics, 2.5); null where so few figures
  // bound it on no side.
  std::optional<double> shift_low, shift_high;
};

// Neither group may be empty. Exact up to 60 figures together, beyond by the normal approximation
// with the correction for ties.
RankTest test_larger(const std::vector<double>& figures, const std::vector<double>& baseline);

// How many figures a group needs beside `baseline` ones until p_least comes to `p`; null: more than
// a thousand.
std::optional<size_t> figures_needed(size_t baseline, double p);

// p ≤ p_max, but for the rounding of sums.
inline bool is_at_most(double p, double p_max) {
  constexpr double rounding = 1e-9;
  return p <= p_max * (1 + rounding);
}

double median_of(std::vector<double> figures);  // not of nothing

}  // namespace rehearse
