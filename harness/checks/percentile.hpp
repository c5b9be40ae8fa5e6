// Exact percentiles, by nearest rank.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace rehearse {

// The smallest value with at least `share` of `count` values at or below it, where the values that
// are not in `values` are larger than all of them; null if it is one of those, or of none.
// Reorders.
inline std::optional<int64_t> percentile(std::vector<int64_t>& values, double share, size_t count) {
  const double exact = share * static_cast<double>(count);
  constexpr double rounding = 1e-9;
  const auto rank = std::max<size_t>(static_cast<size_t>(std::ceil(exact - rounding)), 1);
  if (rank > values.size()) return std::nullopt;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(values, nth);
  return *nth;
}

}  // namespace rehearse
