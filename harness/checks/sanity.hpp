// Numbers that no run can have: a file that was damaged or made by hand. Nothing is measured of
// such a run, since sums and loops over its times would mean nothing, or never end.
#pragma once

#include <string>
#include <vector>

#include "record/run.hpp"

namespace rehearse {

// In words, a few at most; empty = none.
std::vector<std::string> absurdities(const Run& run);

}  // namespace rehearse
