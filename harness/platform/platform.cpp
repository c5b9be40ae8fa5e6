#include "platform/platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "stack/observer.hpp"

namespace rehearse {
namespace {

constexpr int64_t status_connect_ms = 500, status_total_ms = 2'000;

}  // namespace

const std::string& Platform::component_of(Purpose purpose) const {
  const StackFile& file = stack_.file;
  switch (purpose) {
    case Purpose::ledger:
      return file.books.sql_component;
    case Purpose::events:
      return file.books.kafka_component;
    case Purpose::reporting:
      return file.books.reporting_component;
    case Purpose::cache:
      return file.books.redis_component;
    case Purpose::consumers:
      return file.consumer_component;
    case Purpose::entrance:
      return file.edge_component;
    case Purpose::names:
      break;
  }
  return file.dns_component;
}

std::vector<const Node*> Platform::nodes_of(Purpose purpose) const {
  return stack_.of_twins(component_of(purpose));
}

std::vector<std::string> Platform::components_of(Purpose purpose) const {
  std::vector<std::string> names;
  for (const Node* node : nodes_of(purpose))
    if (names.empty() || names.back() != node->component) names.push_back(node->component);
  return names;
}

std::string Platform::serving_region(const StackView& view) const {
  return rehearse::serving_region(stack_, view);
}

std::string Platform::selector_of(Purpose purpose, Rank rank) const {
  return rehearse::selector_of(stack_, component_of(purpose), rank);
}

Result<std::string> Platform::holder_of(const StackView& view, Purpose purpose, Rank rank) const {
  return resolve_role(stack_, view, selector_of(purpose, rank));
}

std::vector<const Node*> Platform::serving(const StackView& view,
                                           const std::string& component) const {
  std::vector<const Node*> nodes = stack_.of_twins(component);
  const std::string region = serving_region(view);
  std::erase_if(nodes, [&](const Node* node) {
    return !region.empty() && !stack_.component_of(*node).twins.empty() &&
           stack_.region_of(*node) != region;
  });
  return nodes;
}

std::vector<const Node*> Platform::parties(const std::string& kind) const {
  std::vector<const Node*> found;
  for (const auto& node : stack_.nodes)
    if (stack_.component_of(node).party == kind) found.push_back(&node);
  return found;
}

std::vector<const Node*> Platform::on_path(const StackView& view, const std::string& path) const {
  std::vector<const Node*> nodes;
  for (const auto& entry : stack_.file.paths)
    if (entry.path == path && entry.component != component_of(Purpose::names))
      for (const auto* node : serving(view, entry.component))
        if (stack_.has_container(*node)) nodes.push_back(node);
  return nodes;
}

Result<int64_t> Platform::consumer_lag(const std::string& group) const {
  const std::string name = group.empty() ? "lag" : "lag_" + group;
  std::string why = "the platform has no consumers";
  for (const Node* node : nodes_of(Purpose::consumers)) {
    const auto answer = http_call(stack_.endpoint(*node), {"GET", "/status", {}, ""},
                                  status_connect_ms, status_total_ms);
    const auto json =
        answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
    if (json.is_object() && json.contains(name) && json[name].is_number_integer())
      return json[name].get<int64_t>();
    why = fmt::format("{} says nothing of {}", node->name, name);
  }
  return fail(ExitCode::machine, why);
}

std::string Platform::forgotten_address() const {
  const auto entries = nodes_of(Purpose::entrance);
  const std::string near =
      entries.empty() ? stack_.nodes.front().address : entries.front()->address;
  for (int last = 199;; ++last) {
    const auto address = fmt::format("{}.{}", near.substr(0, near.rfind('.')), last);
    if (std::ranges::find(stack_.nodes, address, &Node::address) == stack_.nodes.end())
      return address;
  }
}

}  // namespace rehearse
