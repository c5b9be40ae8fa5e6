#include "checks/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rehearse {
namespace {

constexpr size_t exact_max = 60, needed_max = 1'000;
constexpr double certainty_each_side = 0.025;

// Twice the rank of each figure among all, so that a tie's middle rank is a whole number.
std::vector<size_t> doubled_ranks(const std::vector<double>& all) {
  std::vector<double> sorted = all;
  std::ranges::sort(sorted);
  std::vector<size_t> ranks;
  ranks.reserve(all.size());
  for (const double figure : all) {
    const auto [from, to] = std::ranges::equal_range(sorted, figure);
    ranks.push_back(static_cast<size_t>(from - sorted.begin()) + 1 +
                    static_cast<size_t>(to - sorted.begin()));
  }
  return ranks;
}

// share[s] = of all ways to draw n of the ranks those that sum to s.
std::vector<double> sums_of_draws(const std::vector<size_t>& ranks, size_t n) {
  const size_t total = std::accumulate(ranks.begin(), ranks.end(), size_t{0});
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(total + 1, 0));
  ways[0][0] = 1;
  for (const size_t rank : ranks)
    for (size_t drawn = n; drawn > 0; --drawn)
      for (size_t sum = total; sum >= rank; --sum) ways[drawn][sum] += ways[drawn - 1][sum - rank];
  const double all = std::accumulate(ways[n].begin(), ways[n].end(), 0.0);
  for (double& share : ways[n]) share /= all;
  return std::move(ways[n]);
}

double exact_p(const std::vector<size_t>& ranks, size_t n, size_t seen) {
  const auto shares = sums_of_draws(ranks, n);
  return std::min(
      1.0, std::accumulate(shares.begin() + static_cast<ptrdiff_t>(seen), shares.end(), 0.0));
}

double approximate_p(const std::vector<size_t>& ranks, size_t n, size_t seen) {
  const auto count = static_cast<double>(ranks.size()), first = static_cast<double>(n);
  const double mean_rank = (count + 1) / 2;
  double squares = 0;
  for (const size_t rank : ranks) squares += std::pow(static_cast<double>(rank) / 2 - mean_rank, 2);
  const double variance = first * (count - first) * squares / (count * (count - 1));
  if (variance <= 0) return 1;
  // Half a rank less: the sum moves in steps.
  const double above = static_cast<double>(seen) / 2 - first * mean_rank - 0.5;
  return 0.5 * std::erfc(above / std::sqrt(2 * variance));
}

double least_p(size_t n, size_t m) {
  return std::exp(std::lgamma(static_cast<double>(n) + 1) +
                  std::lgamma(static_cast<double>(m) + 1) -
                  std::lgamma(static_cast<double>(n + m) + 1));
}

// How many of the ordered differences lie outside of the interval on each side; by U's distribution
// without ties.
size_t outside(size_t n, size_t m) {
  if (n + m > exact_max) {
    const auto a = static_cast<double>(n), b = static_cast<double>(m);
    const double low = a * b / 2 - 1.96 * std::sqrt(a * b * (a + b + 1) / 12);
    return low < 0 ? 0 : static_cast<size_t>(low);
  }
  std::vector<size_t> ranks(n + m);
  for (size_t i = 0; i < ranks.size(); ++i) ranks[i] = 2 * (i + 1);
  const auto shares = sums_of_draws(ranks, n);
  double below = 0;
  size_t count = 0;
  for (size_t sum = n * (n + 1); sum < shares.size(); sum += 2, ++count) {
    below += shares[sum];
    if (below > certainty_each_side) break;
  }
  return count;
}

// Of what is infinite in both groups nothing is known.
double difference(double a, double b) {
  return std::isinf(a) && std::isinf(b) ? 0 : a - b;
}

}  // namespace

double median_of(std::vector<double> figures) {
  std::ranges::sort(figures);
  const size_t middle = figures.size() / 2;
  if (figures.size() % 2 == 1) return figures[middle];
  return std::isinf(figures[middle]) ? figures[middle]
                                     : (figures[middle - 1] + figures[middle]) / 2;
}

RankTest test_larger(const std::vector<double>& figures, const std::vector<double>& baseline) {
  std::vector<double> all = figures;
  all.insert(all.end(), baseline.begin(), baseline.end());
  const auto ranks = doubled_ranks(all);
  const size_t n = figures.size(), m = baseline.size();
  const size_t seen =
      std::accumulate(ranks.begin(), ranks.begin() + static_cast<ptrdiff_t>(n), size_t{0});
  RankTest test;
  test.p = all.size() <= exact_max ? exact_p(ranks, n, seen) : approximate_p(ranks, n, seen);
  test.p_least = least_p(n, m);
  std::vector<double> differences;
  for (const double a : figures)
    for (const double b : baseline) {
      differences.push_back(difference(a, b));
      test.larger_share += a > b ? 1 : a == b ? 0.5 : 0;
    }
  test.larger_share /= static_cast<double>(differences.size());
  std::ranges::sort(differences);
  test.shift = median_of(differences);
  if (const size_t cut = outside(n, m); cut > 0) {
    test.shift_low = differences[cut - 1];
    test.shift_high = differences[differences.size() - cut];
  }
  return test;
}

std::optional<size_t> figures_needed(size_t baseline, double p) {
  for (size_t n = 1; n <= needed_max; ++n)
    if (is_at_most(least_p(n, baseline), p)) return n;
  return std::nullopt;
}

}  // namespace rehearse
