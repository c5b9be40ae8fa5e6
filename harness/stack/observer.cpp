#include "stack/observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/rest.hpp"
#include "stack/probes.hpp"

namespace rehearse {
namespace {

// Roles decide the figures of a failover, so they are looked at often; plain health is not, nor who
// controls Kafka, which no player waits for.
constexpr auto role_interval = std::chrono::milliseconds(200);
constexpr auto health_interval = std::chrono::milliseconds(1000);

void count_patroni(const Stack& stack, const ComponentEntry& component, const StackView& view,
                   std::vector<std::string>& missing) {
  int primaries = 0, syncs = 0;
  NodeView primary;
  for (const auto* node : stack.of_component(component.name)) {
    const auto& seen = view.nodes.at(node->name);
    if (seen.role == "primary") ++primaries, primary = seen;
    if (seen.role == "sync") ++syncs;
  }
  if (primaries != 1)
    missing.push_back(fmt::format("{} has {} primaries", component.name, primaries));
  const auto setting = stack.settings.find(component.name + ".synchronous");
  const bool strict = setting == stack.settings.end() || setting->second == "strict";
  if (strict && syncs < 1) missing.push_back(component.name + " has no synchronous standby");
  for (const auto* node : stack.of_component(component.name)) {
    const auto& seen = view.nodes.at(node->name);
    if (seen.role == "primary" || !seen.healthy) continue;
    const bool streams =
        std::ranges::find(primary.streaming, node->name) != primary.streaming.end();
    if (!streams || seen.timeline != primary.timeline)
      missing.push_back(fmt::format("{} does not follow the primary ({}, timeline {})", node->name,
                                    streams ? "streaming" : "not streaming", seen.timeline));
  }
}

// One master, and every other node follows it: by its own word and by the master's.
void count_redis(const Stack& stack, const ComponentEntry& component, const StackView& view,
                 std::vector<std::string>& missing) {
  int masters = 0;
  const Node* master = nullptr;
  for (const auto* node : stack.of_component(component.name)) {
    if (view.nodes.at(node->name).role != "master") continue;
    ++masters;
    master = node;
  }
  if (masters != 1) {
    missing.push_back(fmt::format("{} has {} masters", component.name, masters));
    return;
  }
  const NodeView& seen_master = view.nodes.at(master->name);
  for (const auto* node : stack.of_component(component.name)) {
    const auto& seen = view.nodes.at(node->name);
    if (node == master || !seen.healthy) continue;
    const bool attached =
        std::ranges::find(seen_master.streaming, node->address) != seen_master.streaming.end();
    if (!attached || seen.follows != master->address || seen.state != "connected")
      missing.push_back(fmt::format("{} does not follow {} (link {})", node->name, master->name,
                                    seen.state.empty() ? "unknown" : seen.state));
  }
}

}  // namespace

std::vector<std::string> missing_redundancy(const Stack& stack, const StackView& view) {
  std::vector<std::string> missing;
  for (const auto& node : stack.nodes) {
    if (!stack.has_container(node)) continue;
    const auto seen = view.nodes.find(node.name);
    if (seen == view.nodes.end()) return {"not everything was looked at yet"};
    if (!seen->second.healthy) missing.push_back(node.name + " is not healthy");
  }
  for (const auto& component : stack.file.components) {
    if (component.roles == "patroni") count_patroni(stack, component, view, missing);
    if (component.roles == "redis") count_redis(stack, component, view, missing);
    if (component.roles != "writer" && component.roles != "active") continue;
    int holders = 0;
    for (const auto* node : stack.of_component(component.name))
      holders += view.nodes.at(node->name).role == component.roles;
    if (holders != 1)
      missing.push_back(
          fmt::format("{} has {} nodes in the role {}", component.name, holders, component.roles));
  }
  if (!stack.file.books.kafka_component.empty() && view.under_replicated != 0)
    missing.push_back(view.under_replicated < 0
                          ? "kafka does not say whether its replicas are in sync"
                          : fmt::format("kafka has {} partitions with replicas out of sync",
                                        view.under_replicated));
  return missing;
}

Result<std::string> resolve_role(const Stack& stack, const StackView& view,
                                 const std::string& selector) {
  const auto dot = selector.find('.');
  const std::string component = selector.substr(0, dot);
  const std::string role = dot == std::string::npos ? "" : selector.substr(dot + 1);
  std::string found;
  int64_t timeline = -2;
  for (const auto* node : stack.of_component(component)) {
    const auto seen = view.nodes.find(node->name);
    // Of two that claim a role, the one on the newer timeline is right.
    if (seen == view.nodes.end() || seen->second.role != role || seen->second.timeline <= timeline)
      continue;
    found = node->name;
    timeline = seen->second.timeline;
  }
  if (found.empty())
    return fail(ExitCode::inconclusive,
                fmt::format("no node holds the role `{}` at this moment", selector));
  return found;
}

struct Observer::Impl {
  const Stack& stack;
  OnChange on_change;
  mutable std::mutex mutex;
  mutable std::condition_variable_any changed;
  StackView view;
  std::vector<std::jthread> threads;

  void store(const std::string& node, const NodeView& seen) {
    const std::lock_guard lock(mutex);
    auto& known = view.nodes[node];
    const bool role_changed = known.role != seen.role;
    known = seen;
    if (role_changed && on_change) on_change(monotonic_ns(), node, seen.role);
    changed.notify_all();
  }

  void watch_node(const std::stop_token& stop, const Node& node) {
    const std::string& roles = stack.component_of(node).roles;
    const bool often = !roles.empty() && roles != "kafka";
    while (!stop.stop_requested()) {
      store(node.name, probe_node(stack, node));
      rest(stop, often ? role_interval : health_interval);
    }
  }

  void watch_kafka(const std::stop_token& stop, const std::string& bootstrap, int brokers) {
    const KafkaProbe probe(bootstrap);
    while (!stop.stop_requested()) {
      const auto missing = probe.under_replicated(brokers);
      {
        const std::lock_guard lock(mutex);
        view.under_replicated = missing.value_or(-1);
        changed.notify_all();
      }
      rest(stop, health_interval);
    }
  }
};

Observer::Observer(const Stack& stack, OnChange on_change)
    : impl_(std::make_unique<Impl>(stack, std::move(on_change))) {
  for (const auto& node : stack.nodes)
    if (stack.has_container(node))
      impl_->threads.emplace_back(
          [this, &node](const std::stop_token& stop) { impl_->watch_node(stop, node); });
  std::string bootstrap;
  const auto brokers = stack.of_component(stack.file.books.kafka_component);
  for (const auto* node : brokers)
    bootstrap += fmt::format("{}{}:9092", bootstrap.empty() ? "" : ",", node->address);
  if (!brokers.empty())
    impl_->threads.emplace_back(
        [this, bootstrap, count = static_cast<int>(brokers.size())](const std::stop_token& stop) {
          impl_->watch_kafka(stop, bootstrap, count);
        });
}

Observer::~Observer() {
  for (auto& thread : impl_->threads) thread.request_stop();
  impl_->threads.clear();
}

StackView Observer::view() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->view;
}

bool Observer::wait_until(const std::function<bool(const StackView&)>& done, int64_t deadline_ns,
                          const std::function<bool()>& cancelled) const {
  std::unique_lock lock(impl_->mutex);
  while (true) {
    if (done(impl_->view)) return true;
    if (monotonic_ns() >= deadline_ns || (cancelled && cancelled())) return false;
    impl_->changed.wait_for(lock, std::chrono::milliseconds(50));
  }
}

}  // namespace rehearse
