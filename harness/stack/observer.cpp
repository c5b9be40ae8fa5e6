#include "stack/observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

constexpr auto copies_interval = std::chrono::milliseconds(1000);
constexpr auto hurried_interval = std::chrono::milliseconds(200);

// Of the platform's own services, in a region that another one leads: without a database that may
// be written it says that it cannot serve, as it should; that it answers is all that can be asked
// of it.
bool stands_by(const Stack& stack, const Node& node, const NodeView& seen,
               const std::string& region) {
  const auto& component = stack.component_of(node);
  return seen.answers && !component.binary.empty() && !component.twins.empty() && !region.empty() &&
         stack.region_of(node) != region;
}

std::vector<std::string> missing_of(const Stack& stack, const StackView& view, int64_t since_ns,
                                    const ComponentEntry* only) {
  std::vector<std::string> missing;
  const std::string region = serving_region(stack, view);
  for (const auto& node : stack.nodes) {
    if (!stack.has_container(node) || (only && node.component != only->name)) continue;
    const auto seen = view.nodes.find(node.name);
    if (seen == view.nodes.end() || seen->second.seen_ns < since_ns)
      return {fmt::format("{} was not looked at {}", node.name, since_ns == 0 ? "yet" : "since")};
    if (!seen->second.healthy && !stands_by(stack, node, seen->second, region))
      missing.push_back(node.name + " is not healthy");
  }
  for (const auto& component : stack.file.components) {
    if (only && component.name != only->name) continue;
    const auto more = technology_of(component).missing(stack, component, view);
    missing.insert(missing.end(), more.begin(), more.end());
  }
  return missing;
}

}  // namespace

std::vector<std::string> missing_redundancy(const Stack& stack, const StackView& view,
                                            int64_t since_ns) {
  return missing_of(stack, view, since_ns, nullptr);
}

bool is_whole(const Stack& stack, const StackView& view, int64_t since_ns,
              const ComponentEntry* component) {
  return missing_of(stack, view, since_ns, component).empty();
}

bool is_complete(const Stack& stack, const StackView& view) {
  const auto seen = [&](const Node& node) {
    return !stack.has_container(node) || view.nodes.contains(node.name);
  };
  const auto told = [](const auto& component) { return component.second.has_value(); };
  return std::ranges::all_of(stack.nodes, seen) && std::ranges::all_of(view.behind, told);
}

Result<std::string> resolve_role(const Stack& stack, const StackView& view,
                                 const std::string& selector) {
  const auto dot = selector.find('.');
  const std::string component = selector.substr(0, dot);
  const std::string role = dot == std::string::npos ? "" : selector.substr(dot + 1);
  std::string found;
  int64_t timeline = -2;
  const auto nodes = stack.of_twins(component);
  // Who was next in line in a region that has begun to follow goes on to say so.
  const bool next_in_line =
      !nodes.empty() && rank_of(stack.component_of(*nodes.front()), role) == Rank::second;
  const std::string region = next_in_line ? serving_region(stack, view) : "";
  for (const auto* node : nodes) {
    if (!region.empty() && stack.region_of(*node) != region) continue;
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

std::string serving_region(const Stack& stack, const StackView& view) {
  if (stack.file.regions.empty()) return "";
  const std::string leader = selector_of(stack, stack.file.books.sql_component, Rank::leader);
  const auto node = resolve_role(stack, view, leader);
  return node ? stack.region_of(*stack.find(*node)) : "";
}

struct Observer::Impl {
  const Stack& stack;
  OnChange on_change;
  mutable std::mutex mutex;
  mutable std::condition_variable_any changed;
  StackView view;
  bool hurried = false;
  mutable std::condition_variable_any hurries;
  std::vector<std::jthread> threads;

  void store(const std::string& node, const NodeView& seen) {
    const std::lock_guard lock(mutex);
    auto& known = view.nodes[node];
    const bool role_changed = known.role != seen.role;
    const int64_t before_ns = known.seen_ns, now_ns = monotonic_ns();
    known = seen;
    if (role_changed && on_change)
      on_change(now_ns, node, seen.role, before_ns == 0 ? 0 : now_ns - before_ns);
    changed.notify_all();
  }

  void pause(const std::stop_token& stop, std::chrono::milliseconds interval) const {
    std::unique_lock lock(mutex);
    if (hurried) interval = std::min(interval, hurried_interval);
    hurries.wait_for(lock, stop, interval,
                     [this, &interval] { return hurried && interval > hurried_interval; });
  }

  void watch_node(const std::stop_token& stop, const Node& node) {
    const auto& component = stack.component_of(node);
    const auto& technology = technology_of(component);
    while (!stop.stop_requested()) {
      store(node.name, technology.look(stack, node));
      pause(stop, technology.look_interval(component));
    }
  }

  void watch_copies(const std::stop_token& stop, const std::string& component, CopiesWatch& watch) {
    while (!stop.stop_requested()) {
      const auto behind = watch.behind();
      {
        const std::lock_guard lock(mutex);
        view.behind[component] = behind;
        changed.notify_all();
      }
      pause(stop, copies_interval);
    }
  }
};

Observer::Observer(const Stack& stack, OnChange on_change)
    : impl_(std::make_unique<Impl>(stack, std::move(on_change))) {
  std::map<std::string, std::unique_ptr<CopiesWatch>> watches;
  for (const auto& component : stack.file.components)
    if (auto watch = technology_of(component).watch_copies(stack, component)) {
      impl_->view.behind[component.name] = std::nullopt;
      watches[component.name] = std::move(watch);
    }
  for (const auto& node : stack.nodes)
    if (stack.has_container(node))
      impl_->threads.emplace_back(
          [this, &node](const std::stop_token& stop) { impl_->watch_node(stop, node); });
  for (auto& [name, watch] : watches)
    impl_->threads.emplace_back(
        [this, name, watch = std::move(watch)](const std::stop_token& stop) {
          impl_->watch_copies(stop, name, *watch);
        });
}

Observer::~Observer() {
  for (auto& thread : impl_->threads) thread.request_stop();
  impl_->threads.clear();
}

void Observer::hurry(bool on) {
  const std::lock_guard lock(impl_->mutex);
  impl_->hurried = on;
  impl_->hurries.notify_all();
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
