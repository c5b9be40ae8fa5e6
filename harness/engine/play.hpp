// A load profile as its file has it, for the load; and what of it a stack cannot be played.
#pragma once

#include "load/load.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

// Names that the load does not know are left out: the reader has refused them.
LoadProfile load_profile_of(const ProfileFile& file);

// The kinds of operations that it plays, each with the target that it needs; empty: the edges.
std::map<std::string, std::string> kinds_played(const ProfileFile& file);

// What a scenario plays to players who reach these targets besides the edges.
LoadPlan load_plan_of(const Scenario& scenario, const std::vector<std::string>& targets);

}  // namespace rehearse
