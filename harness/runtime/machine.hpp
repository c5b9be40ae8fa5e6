// What it takes to have nodes at all: a network, containers, their data, from nothing and back to
// nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// One node's container and the network namespace that outlives it.
struct NodeSpec {
  std::string name;  // etcd-1
  std::string address;
  std::string image;  // empty: a namespace without a container (the players' one)
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  std::vector<std::pair<std::string, std::string>> read_only_mounts;  // host path → path inside
  int cpu_shares = 0;                                                 // 0 = the usual 1024
  // Addresses; of an empty list it reaches our control alone; without one every other, as usual.
  std::optional<std::vector<std::string>> reaches = {};
};

struct NetworkSpec {
  std::string stack;               // label of all that we make
  std::string subnet;              // a prefix: nothing else on this machine may use it
  std::string control_address;     // the host's own, in no zone
  std::vector<std::string> zones;  // a prefix each
  std::vector<NodeSpec> nodes;
};

class Machine {
 public:
  virtual ~Machine() = default;

  // Bridge, namespaces, addresses, and in each namespace the (empty) packet rules of ours.
  virtual Status create_network(const NetworkSpec& network) = 0;
  virtual Status remove_network() = 0;

  virtual Status create(const NodeSpec& node, const std::string& log_path) = 0;
  virtual Status wipe(const std::vector<std::string>& nodes) = 0;  // data of nodes that are dead
  virtual Status remove_all() = 0;                                 // containers and their data

  // Everything of ours that is on this machine: containers, namespaces, bridge, data, in words.
  virtual Result<std::vector<std::string>> leftovers() = 0;

  virtual Result<std::map<std::string, std::string>> versions() = 0;  // of the runtime itself
};

std::string namespace_path(const std::string& node);  // /run/netns/rhs-etcd-1

}  // namespace rehearse
