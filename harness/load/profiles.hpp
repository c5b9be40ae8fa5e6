// What players do, as data: one row per profile in profiles.cpp.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "load/load.hpp"

namespace rehearse {

std::span<const LoadProfile> load_profiles();

// Errors: no such profile, with the names there are.
Result<LoadProfile> load_profile(std::string_view name);

}  // namespace rehearse
