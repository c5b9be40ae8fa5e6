// Instants as books write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "record/run.hpp"

namespace rehearse {

// Milliseconds since 1970 of "2026-01-31T12:00:00.123Z" or, as databases print it in UTC,
// "2026-01-31 12:00:00.123456+00"; nullopt: neither.
std::optional<int64_t> wall_ms_of(std::string_view text);

// The same on the run's clock; nullopt: neither.
std::optional<double> run_ms_of(const Run& run, std::string_view text);

}  // namespace rehearse
