// One look at one node, and one at Kafka's replication.
#pragma once

#include <optional>

#include "base/redis.hpp"
#include "stack/observer.hpp"

namespace rehearse {

// Asks the node itself by HTTP (or its port); bounded by about half a second.
NodeView probe_node(const Stack& stack, const Node& node);

// What Redis's answer to ROLE says: role, state of the link, who follows (by address).
void read_redis_role(const RedisValue& role, NodeView& view);
// The configuration epoch in a Sentinel's answer to SENTINEL MASTERS; -1 = it knows no master.
int64_t redis_epoch_of(const RedisValue& masters);

// Watches Kafka's partitions by its own metadata protocol; keeps its connections between looks.
class KafkaProbe {
 public:
  explicit KafkaProbe(const std::string& bootstrap);  // "198.18.1.31:9092,…"
  ~KafkaProbe();
  // Partitions whose in-sync replicas are fewer than their replicas; nullopt = no answer in time.
  std::optional<int64_t> under_replicated(int expected_brokers) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse
