// A stack with its nodes and addresses: what the YAML file and the scenario's settings come to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/http.hpp"
#include "runtime/machine.hpp"
#include "scenario/stack_file.hpp"

namespace rehearse {

struct Node {
  std::string name, component, zone, address;
  int number = 0;  // within its component, from 1
  std::map<std::string, std::string> env;
};

struct Stack {
  StackFile file;
  std::map<std::string, std::string> settings;  // as chosen
  std::string secrets_dir = {};  // where make_secrets puts them; empty = nothing is mounted
  std::vector<Node> nodes;

  const ComponentEntry& component_of(const Node& node) const;
  std::vector<const Node*> of_component(const std::string& component) const;
  // Of a component that others are like, theirs as well: what it is in every region.
  std::vector<const Node*> of_twins(const std::string& component) const;
  // Empty: it stands in none.
  const std::string& region_of(const Node& node) const;
  std::vector<const Node*> in_zone(const std::string& zone) const;  // with a container
  const Node* find(const std::string& name) const;
  bool has_container(const Node& node) const { return !component_of(node).image.empty(); }
  Endpoint endpoint(const Node& node) const;  // of health and status
};

// Errors (usage): an unknown setting or value, a component or zone that is not there.
Result<Stack> make_stack(const StackFile& file, const std::map<std::string, std::string>& settings);

// Image tags by component, as fixtures/images/build wrote them: lines "NAME TAG".
Result<std::map<std::string, std::string>> read_image_list(const std::string& path);

struct StackPlaces {
  std::map<std::string, std::string> images;  // component image → tag
  std::string binary_dir;                     // where `casino` is
  std::string log_dir;                        // one file a node
};
NetworkSpec network_of(const Stack& stack, const StackPlaces& places);

}  // namespace rehearse
