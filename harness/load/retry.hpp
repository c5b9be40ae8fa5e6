// How a client tries again: always under the same key, later each time, and not for ever.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "load/random.hpp"

namespace rehearse {

constexpr int64_t connect_timeout_ms = 1'000;
constexpr int64_t answer_timeout_ms = 3'000;
constexpr int64_t retry_for_ns = 60 * ns_per_s;  // from the arrival
constexpr uint32_t attempts_per_operation_max = 200;

// The wait before the try after `attempts` tries: 200 ms doubled each time, at most 8 s, with full
// jitter (Brooker, "Exponential backoff and jitter", AWS 2015) that depends on its arguments alone.
// With 2 s the tries of all who wait out an outage of half a minute were fifty times the load: what
// was to bring the platform back got no processor (Bronson et al., "Metastable failures in
// distributed systems", HotOS 2021).
inline int64_t backoff_ns(uint64_t seed, uint64_t operation, uint32_t attempts) {
  const int doublings = static_cast<int>(std::min<uint32_t>(attempts - 1, 10));
  const int64_t most_ns = std::min<int64_t>(200 * ns_per_ms << doublings, 8 * ns_per_s);
  const double u = unit_interval(mixed(mixed(mixed(seed) ^ operation) ^ attempts));
  return static_cast<int64_t>(u * static_cast<double>(most_ns));
}

// Whether an acknowledged operation is sent once more, and how long after its answer: a share of
// them, up to 5 s later. Depends on its arguments alone.
inline std::optional<int64_t> resent_after_ns(uint64_t seed, uint64_t operation, double share) {
  constexpr uint64_t purpose = 0x7265'7365'6e74;  // other draws than those of backoff_ns
  constexpr double longest_ns = 5.0 * ns_per_s;
  const uint64_t draw = mixed(mixed(mixed(seed) ^ purpose) ^ operation);
  if (unit_interval(draw) >= share) return std::nullopt;
  return static_cast<int64_t>(unit_interval(mixed(draw)) * longest_ns);
}

}  // namespace rehearse
