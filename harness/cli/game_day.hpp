// The plan of a game day: what people read, sign and hold to while a suite is played.
#pragma once

#include <vector>

#include "scenario/suite.hpp"

namespace rehearse {

// As Markdown. `scenarios`: of the suite, in its order.
void print_game_day(const Suite& suite, const std::vector<Scenario>& scenarios);

}  // namespace rehearse
