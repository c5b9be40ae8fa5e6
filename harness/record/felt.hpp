// What a player feels of waiting.
#pragma once

#include <algorithm>
#include <cstdint>

namespace rehearse {

// Up to here an answer feels immediate (Miller 1968; Nielsen, "Usability Engineering", 1993), so
// nothing that is faster counts as slow, however much faster it usually is.
constexpr double felt_at_once_ms = 100;

// How many attempts tell that a kind of operation has recovered: five, or as many as the steady
// phase had of a kind that is rarer. To wait for five of those takes longer than that phase did.
constexpr int64_t window_attempts_max = 5;
constexpr int64_t window_attempts_min(int64_t steady_attempts) {
  return steady_attempts == 0 ? window_attempts_max
                              : std::min(steady_attempts, window_attempts_max);
}

}  // namespace rehearse
