// What a scenario cannot show, by what its load plays, what its stack gives and by arithmetic
// alone: said before anything is started. Judging asks the same functions of what was played.
#pragma once

#include <string>
#include <vector>

#include "engine/runbook_act.hpp"
#include "scenario/scenario.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

struct Foreseen {
  std::string what;  // a check, "slo bet_p99 after the fault", "rto of bet after az"
  std::string why;
  bool surely = true;  // false: only if a length is the least that it may be
};

// `stack`: with the parts of the scenario alone; `runbooks`: those that it names. Of a rate that is
// yet to be found: by its most.
std::vector<Foreseen> foresee(const Scenario& scenario, const StackFile& stack,
                              const Runbooks& runbooks);

// The same for people, a line for each reason; nothing when there is none.
std::vector<std::string> foreseen_lines(const std::vector<Foreseen>& foreseen);

}  // namespace rehearse
