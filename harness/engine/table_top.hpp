// The runbooks of a scenario at a table top: people and the clock, no stack, no load, no faults.
#pragma once

#include <functional>
#include <string>

#include "engine/rehearsal.hpp"

namespace rehearse {

// Plays them one after the other, in the order in which the scenario would begin them, and records
// a run whose only question is whether they were followed. Errors (usage): the scenario names none.
Status rehearse_table_top(const RehearsalOptions& options, int input_fd,
                          const std::function<void(const std::string& line)>& say);

}  // namespace rehearse
