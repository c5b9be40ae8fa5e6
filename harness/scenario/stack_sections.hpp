// The sections of a stack's file, and what they may name of each other.
#pragma once

#include <string>
#include <vector>

#include "scenario/reader.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse::yaml {

struct StackNames {
  std::vector<std::string> zones, parts, components, nodes, secrets;
};

// A key of `map`, or an item, that names a component; empty where it is none.
std::string take_component(MapReader& map, std::string_view key, const StackNames& names,
                           Problems& problems);
std::vector<std::string> read_components(const Node& node, std::string_view what,
                                         const StackNames& names, Problems& problems);

// stack_parts.cpp: `parts`, before anything that names one; and of a component or a target, whose
// it is.
void read_parts(MapReader& root, StackNames& names, StackFile& stack, Problems& problems);
std::string take_part(MapReader& map, const StackNames& names, Problems& problems);

// platform_file.cpp: the platform that the stack names, from fixtures/platforms/NAME.yaml.
void read_platform(const Node& name, const StackNames& names, StackFile& stack, Problems& problems);

}  // namespace rehearse::yaml
