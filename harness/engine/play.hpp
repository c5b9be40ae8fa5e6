// A load profile as its file has it, for the load; and what of it a stack cannot be played.
#pragma once

#include "load/load.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

// Names that the load does not know are left out: the reader has refused them.
LoadProfile load_profile_of(const ProfileFile& file);

// The kinds of operations that it plays, each with the target that it needs; empty: the edges.
std::map<std::string, std::string> kinds_played(const ProfileFile& file);

// The first part of the steady phase warms caches and connections and is no baseline.
int64_t warm_up_ms(const Scenario& scenario);

// Observed at least after the last healing.
constexpr int64_t settle_after_heal_ms = 8'000;

// What a scenario plays to players who reach these targets besides the edges.
LoadPlan load_plan_of(const Scenario& scenario, const std::vector<std::string>& targets);

}  // namespace rehearse
