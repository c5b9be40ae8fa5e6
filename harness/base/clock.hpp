// Two clocks: the monotonic one orders and measures, the wall clock only labels.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rehearse {

// Nanoseconds of CLOCK_MONOTONIC: the one clock of a run.
int64_t monotonic_ns();

// Nanoseconds since 1970 (CLOCK_REALTIME), for labels only.
int64_t wall_ns();

// RFC 3339 in UTC with milliseconds, e.g. 2026-01-31T12:00:00.123Z.
std::string rfc3339(int64_t wall_ns);

// Compact UTC stamp for folder names, e.g. 20260131T120000Z.
std::string compact_utc(int64_t wall_ns);

// Back from a UTC time as books write it: 2026-01-31T12:00:00.123Z, or with a blank for the T, any
// number of digits of a second, and +00 or +00:00 for the Z. nullopt: it is none.
std::optional<int64_t> parse_utc_ns(std::string_view text);

constexpr int64_t ns_per_ms = 1'000'000;
constexpr int64_t ns_per_s = 1'000'000'000;

}  // namespace rehearse
