// How the fixtures that misbehave on order are spoken to. An order is a lease: whoever gave it
// renews it every second, and without that the fixture behaves again by itself.
#pragma once

#include <cstdint>

#include "faults/fault.hpp"

namespace rehearse {

constexpr const char* conducts = "/control/conduct";
constexpr int64_t conduct_lease_ms = 4'000;
constexpr int64_t control_connect_ms = 500, control_total_ms = 1'000;

}  // namespace rehearse
