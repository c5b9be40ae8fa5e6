// What a load can exercise at all: known before it is played, and asked again at judging, so that a
// check says "nothing to examine" only where something could have been.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "record/run.hpp"

namespace rehearse {

using PlayedKinds = std::set<OperationKind>;

// Those that the run's load may have played, or did; nullopt: an older run, which does not say.
std::optional<PlayedKinds> kinds_played_in(const Run& run);

// Why a load of these kinds alone can never give the check something to examine; empty: it may, or
// it is not known what is played.
std::string never_exercised(std::string_view check, const std::optional<PlayedKinds>& played);

}  // namespace rehearse
