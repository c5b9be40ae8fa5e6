// What a scenario's validation needs to know of a stack.
#pragma once

#include "scenario/scenario.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

StackFacts facts_of(const StackFile& stack);

}  // namespace rehearse
