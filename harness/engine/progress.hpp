// A run's line for the live view.
#pragma once

#include <cstdint>
#include <string>

#include "load/load.hpp"

namespace rehearse {

// `since_ns`: what the phase's clock counts from.
std::string progress_line(const std::string& phase, int64_t since_ns, const LoadProgress& load,
                          const std::string& roles);

}  // namespace rehearse
