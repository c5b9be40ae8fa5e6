// Which node a try goes to: an edge, to which its player keeps until it fails or the edges' name
// leads elsewhere, or a node of the behaviour's own target. Owns the client, which knows the nodes
// by index. Of the load's thread alone once begun.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/behaviour.hpp"
#include "load/client.hpp"
#include "load/load.hpp"
#include "load/resolver.hpp"

namespace rehearse {

class Entry {
 public:
  // `trust`: for the edges, null = they speak no TLS.
  Entry(const PlatformEdges& edges, uint32_t players, const std::shared_ptr<const TlsTrust>& trust);

  // Begins to resolve the edges' name, where they have one.
  Status begin() { return resolver_ ? resolver_->begin() : Status(); }

  Client& client() { return *client_; }
  bool is_at_edges(const Behaviour& behaviour) const {
    return nodes_.at(behaviour.target).front().follows_player;
  }

  size_t endpoint_for(const Behaviour& behaviour, const Operation& operation);
  // A player leaves an edge that does not answer, not one that answers badly; and so does a server
  // for all whom it serves.
  void follow(const Behaviour& behaviour, uint32_t player, size_t endpoint, bool reached);

 private:
  struct Nodes {
    size_t first = 0, count = 0;
    bool follows_player = false;  // they are the edges: a player keeps to one until it fails
    size_t current = 0;           // else all keep to this one of them
    std::string region = {};
  };

  void lay_out(std::vector<Endpoint>& endpoints);
  std::string region_at(const Endpoint& endpoint) const;
  Nodes& nodes_for(const Behaviour& behaviour, uint32_t player);
  size_t entry_of(uint32_t player);
  size_t entry_at(const std::string& address);

  const PlatformEdges edges_;
  // Where the client goes: the edges first, then each target's own nodes.
  std::map<std::string_view, std::vector<Nodes>> nodes_;  // of each region by themselves
  std::unique_ptr<Client> client_;
  std::vector<uint16_t> edge_of_;                       // by player: where they went last
  std::unique_ptr<Resolver> resolver_;                  // null: the edges are known
  std::map<std::string, size_t, std::less<>> entries_;  // by address, those that were resolved
};

}  // namespace rehearse
