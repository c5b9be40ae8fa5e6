// Kafka with its own controllers (KRaft): brokers that are all alike, one of whose controllers
// leads, and partitions whose copies may be behind.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include "base/clock.hpp"
#include "stack/get_json.hpp"
#include "stack/technologies/kafka_quorum.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

// By Kafka's own metadata protocol.
class KafkaWatch final : public CopiesWatch {
 public:
  KafkaWatch(const std::string& bootstrap, int brokers) : brokers_(brokers) {
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
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!handle_) rd_kafka_conf_destroy(conf);
  }
  ~KafkaWatch() override {
    if (handle_) rd_kafka_destroy(handle_);
  }
  KafkaWatch(const KafkaWatch&) = delete;
  KafkaWatch& operator=(const KafkaWatch&) = delete;

  std::optional<int64_t> behind() override {
    if (!handle_) return std::nullopt;
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(handle_, 1, nullptr, &metadata, 1000) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return std::nullopt;
    int64_t missing = metadata->broker_cnt < brokers_ ? 1 : 0;
    for (int topic = 0; topic < metadata->topic_cnt; ++topic)
      for (int part = 0; part < metadata->topics[topic].partition_cnt; ++part) {
        const auto& partition = metadata->topics[topic].partitions[part];
        if (partition.isr_cnt < partition.replica_cnt || partition.leader < 0) ++missing;
      }
    rd_kafka_metadata_destroy(metadata);
    return missing;
  }

 private:
  const int brokers_;
  rd_kafka_t* handle_ = nullptr;
};

class Kafka final : public Technology {
 public:
  std::vector<Role> roles(const ComponentEntry&) const override {
    return {{"controller", Rank::leader}, {"broker", Rank::spare, false}};
  }

  NodeView look(const Stack& stack, const Node& node) const override {
    NodeView view;
    view.seen_ns = monotonic_ns();
    const auto controller = ask_quorum_leader(stack.endpoint(node), look_total_ms);
    view.healthy = controller.has_value();
    if (controller) view.role = *controller == node.number ? "controller" : "broker";
    return view;
  }

  // No player waits for a controller.
  std::chrono::milliseconds look_interval(const ComponentEntry&) const override {
    return std::chrono::milliseconds(1000);
  }

  std::vector<std::string> missing(const Stack&, const ComponentEntry& component,
                                   const StackView& view) const override {
    const auto behind = view.behind.find(component.name);
    if (behind == view.behind.end() || !behind->second)
      return {component.name + " does not say whether its replicas are in sync"};
    if (*behind->second == 0) return {};
    return {fmt::format("{} has {} partitions with replicas out of sync", component.name,
                        *behind->second)};
  }

  std::unique_ptr<CopiesWatch> watch_copies(const Stack& stack,
                                            const ComponentEntry& component) const override {
    std::string bootstrap;
    const auto brokers = stack.of_component(component.name);
    for (const auto* node : brokers)
      bootstrap +=
          fmt::format("{}{}:{}", bootstrap.empty() ? "" : ",", node->address, component.port);
    return std::make_unique<KafkaWatch>(bootstrap, static_cast<int>(brokers.size()));
  }
};

}  // namespace

std::unique_ptr<Technology> make_kafka() {
  return std::make_unique<Kafka>();
}

}  // namespace rehearse
