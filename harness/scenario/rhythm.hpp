// How often what must be rehearsed: scenarios/rhythm.yaml, or a file of the user's.
//
//   rhythm:
//     - {suite: monthly, every: month}
//     - {suite: quarterly, every: quarter}
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.hpp"

namespace rehearse {

enum class Every { day, month, quarter };

struct RhythmEntry {
  std::string suite;
  Every every = Every::month;
};

// Everything that is wrong, in the order of the file. `suites`: those there are. Never throws.
std::expected<std::vector<RhythmEntry>, std::vector<Diagnostic>> parse_rhythm(
    const std::string& path, const std::string& text, const std::vector<std::string>& suites);

// The number of the period in which a moment lies ("2026-12-01" and what follows, in UTC); nullopt:
// it is none. One more is the next period.
std::optional<int64_t> period_of(Every every, std::string_view utc);
std::string_view name_of(Every every);  // day, month, quarter

}  // namespace rehearse
