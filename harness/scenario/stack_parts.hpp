// A stack of parts: what of it is there when a scenario chose some.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scenario/scenario.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

// The stack with these parts alone: without the components of the others, and without what is said
// of those. `named` are known and closed under their needs, as the scenario's reader sees to; none
// of them: the whole stack but what is raised on request only. Its `left_out` tells whose
// placeholders are empty.
StackFile with_parts(StackFile stack, const std::vector<std::string>& named);

// Errors (usage): one of these is no part of the stack, or needs another one.
Status check_parts(const StackFile& stack, const std::vector<std::string>& parts);

// The parts that are not chosen, with what is otherwise without them.
std::map<std::string, std::string> parts_left_out(const StackFile& stack);

// Which part each name of the stack belongs to.
void add_part_facts(const StackFile& stack, StackFacts& facts);

}  // namespace rehearse
