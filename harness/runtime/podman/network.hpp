// Network namespaces on a bridge of ours, and the packet rules inside them.
#pragma once

#include "runtime/effects.hpp"
#include "runtime/machine.hpp"
#include "runtime/podman/packet_rules.hpp"

namespace rehearse::network {

constexpr const char* prefix = "rhs-";  // of namespaces and containers
constexpr const char* bridge = "rhs0";  // in the host: our end of the way to it

// Whether this kernel has rules at devices, for what comes and for what goes.
bool can_cut();

// What `ip` is told to make a network: in the host, and in the namespace of the bridge.
struct Batches {
  std::string host, inside;
};
Batches batches_of(const NetworkSpec& spec, const std::string& owner);

// Of a node that is kept apart: nothing but what it reaches and our control passes, at any time. A
// table of its own, for no fault and no healing may let more through. Of any other node: nothing.
std::string apart_rules(const NodeSpec& node, const std::string& control_address);

// Our end in the host carries `owner` (owner.hpp) as its alias.
Status create(PacketRules& rules, const NetworkSpec& spec, const std::string& owner);
std::string owner();  // empty: no network is up, or it says nothing
Status remove(PacketRules& rules);

Status cut(PacketRules& rules, const std::vector<std::string>& nodes,
           const std::vector<std::string>& ranges, int64_t timeout_ms);
Status uncut(PacketRules& rules, const std::vector<std::string>& nodes,
             const std::vector<std::string>& ranges);
// By node, by address or prefix.
using Cuts = std::map<std::string, DroppedPackets>;
Result<std::map<std::string, Cuts>> cuts(PacketRules& rules, const std::vector<std::string>& nodes);

// What `nft -j list table` says of the elements of our sets.
Result<Cuts> read_cuts(const std::string& listing);

// The device in what `ip route get` says; empty: there is none.
std::string device_in(const std::string& route);

// Names of our namespaces and bridge that exist now.
Result<std::vector<std::string>> leftovers();

}  // namespace rehearse::network
