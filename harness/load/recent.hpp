// How the load fares right now, read from the history while it is being written: no lock is shared
// with the load's thread, so that a slow reader cannot make an arrival late.
#pragma once

#include <cstdint>
#include <vector>

#include "load/load.hpp"
#include "record/history.hpp"

namespace rehearse {

// Load::windows at the time now_ns.
std::vector<Load::Window> windows_of(const HistoryWriter& history, const Load::Span& span,
                                     int64_t now_ns);

// Load::window at the time now_ns.
Load::Window window_of(const HistoryWriter& history, const std::vector<OperationKind>& kinds,
                       int64_t from_ns, int64_t to_ns, int64_t now_ns);

// The 95th percentile (nearest rank) of times in ns, in ms; 0 of none. The slowest of several never
// speaks for them all. Reorders them.
double p95_ms(std::vector<int64_t>& times_ns);

}  // namespace rehearse
