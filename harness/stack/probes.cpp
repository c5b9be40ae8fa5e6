#include "stack/probes.hpp"

#include <librdkafka/rdkafka.h>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"

namespace rehearse {
namespace {

constexpr int64_t connect_ms = 300;
constexpr int64_t total_ms = 500;

nlohmann::json get_json(const Endpoint& to, const std::string& path, int& status) {
  const auto answer = http_call(to, {"GET", path, {}, ""}, connect_ms, total_ms);
  status = answer ? answer->status : 0;
  if (!answer) return {};
  auto json = nlohmann::json::parse(answer->body, nullptr, false);
  return json.is_object() ? json : nlohmann::json();
}

// Patroni 3.0 answers GET /patroni on any member with its own view of itself.
void read_patroni(const Endpoint& to, NodeView& view) {
  int status = 0;
  const auto json = get_json(to, "/patroni", status);
  if (!json.is_object()) return;
  const std::string role = json.value("role", "");
  const std::string state = json.value("state", "");
  view.timeline = json.value("timeline", int64_t{-1});
  view.state = state;
  for (const auto& standby : json.value("replication", nlohmann::json::array()))
    if (standby.value("state", "") == "streaming")
      view.streaming.push_back(standby.value("application_name", ""));
  view.healthy = state == "running";
  if (!view.healthy) return;
  if (role == "master" || role == "primary")
    view.role = "primary";
  else
    view.role = json.value("sync_standby", false) ? "sync" : "replica";
}

void read_status(const Endpoint& to, const std::string& roles, NodeView& view) {
  int status = 0;
  const auto json = get_json(to, "/status", status);
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items())
    if (value.is_number_integer()) view.status[key] = value.get<int64_t>();
  view.epoch = json.value("epoch", int64_t{-1});
  view.timeline = json.value("timeline", int64_t{-1});
  view.lag = json.value("lag", int64_t{-1});
  if (!roles.empty()) view.role = json.value(roles, false) ? roles : "standby";
}

}  // namespace

NodeView probe_node(const Stack& stack, const Node& node) {
  NodeView view;
  view.seen_ns = monotonic_ns();
  const auto& component = stack.component_of(node);
  const auto endpoint = stack.endpoint(node);
  if (component.roles == "patroni") {
    read_patroni(endpoint, view);
    return view;
  }
  if (component.health_path.empty()) {
    // No HTTP there: an empty request that gets as far as being sent found an open port.
    const auto answer = http_call(endpoint, {}, connect_ms, connect_ms);
    view.healthy = answer || answer.error().failure == HttpFailure::ambiguous;
    return view;
  }
  const auto answer =
      http_call(endpoint, {"GET", component.health_path, {}, ""}, connect_ms, total_ms);
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
