// What is known of a run before anything of it is played.
#pragma once

#include "engine/rehearsal.hpp"
#include "load/load.hpp"
#include "record/run.hpp"

namespace rehearse {

// Of the scenario, its stack and the plan of its load; the time of its start is now.
Run run_facts_of(const RehearsalOptions& options, const LoadPlan& plan);

// The history of that run, in its folder.
Result<std::unique_ptr<HistoryWriter>> begin_history(const std::string& run_dir, const Run& run,
                                                     const HistoryRoom& room);

// By what players reach besides the edges.
std::vector<std::string> target_names_of(const StackFile& stack);

}  // namespace rehearse
