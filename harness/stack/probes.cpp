#include "stack/probes.hpp"

#include <librdkafka/rdkafka.h>

#include <cstdlib>

#include "base/clock.hpp"
#include "base/json_field.hpp"
#include "base/redis.hpp"
#include "stack/get_json.hpp"
#include "stack/technologies/kafka_quorum.hpp"

namespace rehearse {
namespace {

// Patroni 3.0 answers GET /patroni on any member with its own view of itself.
void read_patroni(const Endpoint& to, NodeView& view) {
  const auto json = get_json(to, "/patroni");
  if (!json.is_object()) return;
  const std::string role = field(json, "role", "");
  const std::string state = field(json, "state", "");
  view.timeline = field(json, "timeline", int64_t{-1});
  view.state = state;
  const auto standbys = json.find("replication");
  if (standbys != json.end() && standbys->is_array())
    for (const auto& standby : *standbys)
      if (standby.is_object() && field(standby, "state", "") == "streaming")
        view.streaming.push_back(field(standby, "application_name", ""));
  view.healthy = state == "running";
  if (!view.healthy) return;
  if (role == "master" || role == "primary")
    view.role = "primary";
  else
    view.role = field(json, "sync_standby", false) ? "sync" : "replica";
}

void read_status(const Endpoint& to, const std::string& roles, NodeView& view) {
  const auto json = get_json(to, "/status");
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items())
    if (value.is_number_integer()) view.status[key] = value.get<int64_t>();
  view.epoch = field(json, "epoch", int64_t{-1});
  view.timeline = field(json, "timeline", int64_t{-1});
  view.lag = field(json, "lag", int64_t{-1});
  if (!roles.empty()) view.role = field(json, roles.c_str(), false) ? roles : "standby";
}

// A node of Redis with its Sentinel beside it: ROLE says what the node is, the Sentinel under which
// configuration epoch. A deposed master's own Sentinel knows none newer, so the epoch tells which
// of two masters is right.
void read_redis(const Node& node, const Endpoint& to, NodeView& view) {
  constexpr uint16_t sentinel_port = 26379;
  const auto password = node.env.find("REDIS_PASSWORD");
  const auto connection = RedisConnection::open(
      to, password == node.env.end() ? "" : password->second, 0, look_connect_ms);
  if (!connection) return;
  const auto role = (*connection)->call({"ROLE"}, look_connect_ms);
  if (!role) return;
  read_redis_role(*role, view);
  const auto sentinel = RedisConnection::open({to.address, sentinel_port}, "", 0, look_connect_ms);
  const auto known = sentinel ? (*sentinel)->call({"SENTINEL", "MASTERS"}, look_connect_ms)
                              : std::unexpected(sentinel.error());
  if (known) view.timeline = redis_epoch_of(*known);
  // Without its Sentinel a zone has no say in the next failover.
  view.healthy = !view.role.empty() && view.timeline >= 0;
}

}  // namespace

void read_redis_role(const RedisValue& role, NodeView& view) {
  if (!role.is_list(3) || role.items[0].kind != RedisValue::Kind::text) return;
  if (role.items[0].text == "master") {
    view.role = "master";
    view.state = "master";
    for (const RedisValue& replica : role.items[2].items)
      if (replica.is_list(1)) view.streaming.push_back(replica.items[0].text);
    return;
  }
  // A replica: its master's address and port, the state of the link, bytes received.
  if (role.items[0].text != "slave" || !role.is_list(4)) return;
  view.role = "replica";
  view.state = role.items[3].text;
  view.follows = role.items[1].text;
}

int64_t redis_epoch_of(const RedisValue& masters) {
  if (!masters.is_list(1)) return -1;
  const auto& fields = masters.items[0].items;  // name, value, name, value, …
  for (size_t i = 0; i + 1 < fields.size(); i += 2)
    if (fields[i].text == "config-epoch") return std::atoll(fields[i + 1].text.c_str());
  return -1;
}

NodeView probe_node(const Stack& stack, const Node& node) {
  NodeView view;
  view.seen_ns = monotonic_ns();
  const auto& component = stack.component_of(node);
  const auto endpoint = stack.endpoint(node);
  if (component.roles == "patroni") {
    read_patroni(endpoint, view);
    return view;
  }
  if (component.roles == "redis") {
    read_redis(node, endpoint, view);
    return view;
  }
  if (component.roles == "kafka") {
    const auto controller = ask_quorum_leader(endpoint, look_total_ms);
    view.healthy = controller.has_value();
    if (controller) view.role = *controller == node.number ? "controller" : "broker";
    return view;
  }
  if (component.health_path.empty()) {
    // No HTTP there: an empty request that gets as far as being sent found an open port.
    const auto answer = http_call(endpoint, {}, look_connect_ms, look_connect_ms);
    view.healthy = answer || answer.error().failure == HttpFailure::ambiguous;
    return view;
  }
  const auto answer =
      http_call(endpoint, {"GET", component.health_path, {}, ""}, look_connect_ms, look_total_ms);
  view.healthy = answer && answer->status == 200;
  if (!component.binary.empty() && answer) read_status(endpoint, component.roles, view);
  return view;
}

struct KafkaProbe::Impl {
  rd_kafka_t* handle = nullptr;
};

KafkaProbe::KafkaProbe(const std::string& bootstrap) : impl_(std::make_unique<Impl>()) {
  char error[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const auto set = [&](const char* key, const char* value) {
    rd_kafka_conf_set(conf, key, value, error, sizeof error);
  };
  set("bootstrap.servers", bootstrap.c_str());
  set("socket.timeout.ms", "2000");
  set("reconnect.backoff.max.ms", "500");
  set("log_level", "0");
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  impl_->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (!impl_->handle) rd_kafka_conf_destroy(conf);
}

KafkaProbe::~KafkaProbe() {
  if (impl_->handle) rd_kafka_destroy(impl_->handle);
}

std::optional<int64_t> KafkaProbe::under_replicated(int expected_brokers) const {
  if (!impl_->handle) return std::nullopt;
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(impl_->handle, 1, nullptr, &metadata, 1000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  int64_t missing = metadata->broker_cnt < expected_brokers ? 1 : 0;
  for (int topic = 0; topic < metadata->topic_cnt; ++topic)
    for (int part = 0; part < metadata->topics[topic].partition_cnt; ++part) {
      const auto& partition = metadata->topics[topic].partitions[part];
      if (partition.isr_cnt < partition.replica_cnt || partition.leader < 0) ++missing;
    }
  rd_kafka_metadata_destroy(metadata);
  return missing;
}

}  // namespace rehearse
