// --set KEY=VALUE: changes of the tree before it is validated, so that an override obeys every
// rule that the file obeys.
#pragma once

#include <string>
#include <vector>

#include "scenario/problems.hpp"
#include "scenario/yaml_tree.hpp"

namespace rehearse::yaml {

constexpr int source_overrides = 2;

// KEY is dotted (`timeline.0.for`, indices from 0); what follows `stack_set.` is one key, dots and
// all. VALUE is YAML. Maps on the way are made where they are missing. Problems stand at
// Where{source_overrides, which override from 1, byte within KEY=VALUE from 1}.
void apply_overrides(Node& root, const std::vector<std::string>& overrides, Problems& problems);

}  // namespace rehearse::yaml
