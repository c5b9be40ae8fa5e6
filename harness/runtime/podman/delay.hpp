// Delays what nodes send: by the kernel's netem where it has it, else by NFQUEUE and a thread of
// ours for each node. No rule and no thread exist while nothing is delayed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/effects.hpp"
#include "runtime/podman/delayer.hpp"
#include "runtime/podman/packet_rules.hpp"

namespace rehearse {

enum class DelayMeans { netem, queue, none };

// Tries in a namespace that ends with the trial: leaves nothing behind.
DelayMeans find_delay_means();

class Delays {
 public:
  // Of the namespaces PREFIXnode, whose device is eth0.
  Delays(std::string prefix, PacketRules& rules) : prefix_(std::move(prefix)), rules_(rules) {}

  // Once for each namespace, before its first delay: what takes too long at a fault's moment. It
  // changes nothing for any packet yet.
  Status prepare(const std::vector<std::string>& nodes);
  // Of packets towards `range`. Errors (machine): it cannot be done, or a node is delayed already.
  // What was done until then is end()'s to take back.
  Status begin(const std::vector<std::string>& nodes, const DelaySpec& spec,
               const std::string& range);
  // No rule, no qdisc, no thread: whoever began it, delayed or not.
  Status end(const std::vector<std::string>& nodes);
  Result<std::map<std::string, DelayState>> states(const std::vector<std::string>& nodes);

 private:
  DelayMeans means();
  Status add_rule(const std::string& node, const DelaySpec& spec, const std::string& range);
  Status remove_rule(const std::string& node);
  Result<DelayState> state_of(const std::string& node);

  const std::string prefix_;
  PacketRules& rules_;
  std::mutex mutex_;
  std::optional<DelayMeans> means_;
  std::map<std::string, std::unique_ptr<Delayer>> delayers_;
};

}  // namespace rehearse
