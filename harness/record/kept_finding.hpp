// What people say of a finding, in a file that they edit: whose it is, by when, and since when it
// is mended. What was found is the runs' to say.
#pragma once

#include <string>

namespace rehearse {

struct KeptFinding {
  std::string id;  // SCENARIO/CHECK, as trend and calendar print it
  std::string severity, owner, note;
  std::string due, mended;  // YYYY-MM-DD; empty: not yet. A run that began later is the retest
};

}  // namespace rehearse
