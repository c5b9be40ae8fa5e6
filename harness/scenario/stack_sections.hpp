// The sections of a stack's file, and what they may name of each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenario/reader.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse::yaml {

struct StackNames {
  std::vector<std::string> zones, regions, parts, components, nodes, secrets;
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

// stack_regions.cpp. The tree of a file whose text this is, merged over those that it goes on from;
// `sources` are the names of Where::source, the file's own first, and grow by theirs. Nothing: what
// is wrong is among the problems.
std::optional<Node> read_stack_tree(std::string text, std::vector<std::string>& sources,
                                    Problems& problems);
// What a component is `like` another in is written out, before components are read.
void write_out_twins(Node& components, Problems& problems);
// `regions`, after the zones; `like` and `region` of a component; and, once all components are
// read, who is whose twin, and that each stands where it says.
void read_regions(MapReader& root, StackNames& names, StackFile& stack, Problems& problems);
void read_component_region(MapReader& map, const StackNames& names, ComponentEntry& component,
                           Problems& problems);
void settle_regions(const Node& components, StackFile& stack, Problems& problems);

// platform_file.cpp: the platform that the stack names, from fixtures/platforms/NAME.yaml.
void read_platform(const Node& name, const StackNames& names, StackFile& stack, Problems& problems);

}  // namespace rehearse::yaml
