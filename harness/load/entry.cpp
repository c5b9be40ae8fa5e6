#include "load/entry.hpp"

#include <algorithm>

namespace rehearse {

Entry::Entry(const PlatformEdges& edges, uint32_t players,
             const std::shared_ptr<const TlsTrust>& trust)
    : edges_(edges), edge_of_(players + 1) {
  std::vector<Endpoint> endpoints = edges_.edges;
  lay_out(endpoints);
  std::vector<std::shared_ptr<const TlsTrust>> trusts(trust ? edges_.edges.size() : 0, trust);
  client_ = std::make_unique<Client>(endpoints, trusts);
  for (size_t player = 0; player < edge_of_.size(); ++player) {
    edge_of_[player] = static_cast<uint16_t>(player % edges_.edges.size());
  }
  if (edges_.name.empty()) return;
  resolver_ = std::make_unique<Resolver>(
      ResolverPlan{edges_.network_namespace, edges_.name_servers, edges_.name});
  for (size_t i = 0; i < edges_.edges.size(); ++i) entries_[edges_.edges[i].address] = i;
}

void Entry::lay_out(std::vector<Endpoint>& endpoints) {
  const Nodes at_edges{0, edges_.edges.size(), true};
  for (const Behaviour& behaviour : behaviours()) {
    const auto found = edges_.targets.find(behaviour.target);
    const auto same = [](const Endpoint& a, const Endpoint& b) {
      return a.address == b.address && a.port == b.port;
    };
    if (found == edges_.targets.end() || std::ranges::equal(found->second, edges_.edges, same)) {
      nodes_[behaviour.target] = {at_edges};
    } else if (!nodes_.contains(behaviour.target)) {
      auto& all = nodes_[behaviour.target];
      for (const Endpoint& endpoint : found->second) {
        const std::string region = region_at(endpoint);
        if (all.empty() || all.back().region != region)
          all.push_back({endpoints.size(), 0, false, 0, region});
        ++all.back().count;
        endpoints.push_back(endpoint);
      }
    }
  }
}

std::string Entry::region_at(const Endpoint& endpoint) const {
  const auto known = edges_.regions.find(endpoint.address);
  return known == edges_.regions.end() ? "" : known->second;
}

// Of several regions those of the one where the player's entry is now.
Entry::Nodes& Entry::nodes_for(const Behaviour& behaviour, uint32_t player) {
  auto& all = nodes_.at(behaviour.target);
  if (all.size() == 1 || entry_of(player) >= edges_.edges.size()) return all.front();
  const std::string region = region_at(edges_.edges[edge_of_[player]]);
  const auto there = std::ranges::find(all, region, &Nodes::region);
  return there == all.end() ? all.front() : *there;
}

size_t Entry::endpoint_for(const Behaviour& behaviour, const Operation& operation) {
  const Nodes& nodes = nodes_for(behaviour, operation.player);
  if (nodes.follows_player) return entry_of(operation.player);
  if (behaviour.stays) return nodes.first + operation.node % nodes.count;
  return nodes.first + nodes.current;
}

// Also one that no longer is an edge of ours: players believe their resolvers.
size_t Entry::entry_at(const std::string& address) {
  const auto known = entries_.find(address);
  if (known != entries_.end()) return known->second;
  const size_t added = client_->add({address, edges_.edges.front().port}, 0);
  entries_[address] = added;
  return added;
}

// A player keeps to an edge as long as the name leads there.
size_t Entry::entry_of(uint32_t player) {
  uint16_t& edge = edge_of_[player];
  if (!resolver_) return edge;
  const auto told = resolver_->addresses(player);
  if (told.empty()) return Client::nowhere;
  for (const auto& address : told) {
    if (entry_at(address) == edge) return edge;
  }
  edge = static_cast<uint16_t>(entry_at(told[player % told.size()]));
  return edge;
}

void Entry::follow(const Behaviour& behaviour, uint32_t player, size_t endpoint, bool reached) {
  Nodes& nodes = nodes_for(behaviour, player);
  if (!nodes.follows_player) {
    const bool is_left = !reached && endpoint == nodes.first + nodes.current;
    if (is_left) nodes.current = (nodes.current + 1) % nodes.count;
    return;
  }
  uint16_t& edge = edge_of_[player];
  // Several tries of a player may fail together: they move on once.
  if (reached || edge != endpoint) return;
  if (!resolver_) {
    edge = static_cast<uint16_t>((endpoint + 1) % edges_.edges.size());
    return;
  }
  const auto told = resolver_->addresses(player);
  const auto at = std::ranges::find_if(told, [&](const auto& a) { return entry_at(a) == edge; });
  if (at == told.end()) return;  // chosen anew the next time
  const auto next = static_cast<size_t>(at - told.begin() + 1) % told.size();
  edge = static_cast<uint16_t>(entry_at(told[next]));
}

}  // namespace rehearse
