// Everything else: healthy by HTTP or by an open port. Of the platform's own services one node may
// hold the role that the component names (`roles: writer`), and says so in GET /status under that
// name; the others stand by.
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/json_field.hpp"
#include "stack/get_json.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

// Whose holder all money waits for.
constexpr const char* writer_role = "writer";

void read_status(const Endpoint& to, const std::string& role, NodeView& view) {
  const auto json = get_json(to, "/status");
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items())
    if (value.is_number_integer()) view.status[key] = value.get<int64_t>();
  view.epoch = field(json, "epoch", int64_t{-1});
  view.timeline = field(json, "timeline", int64_t{-1});
  view.lag = field(json, "lag", int64_t{-1});
  if (!role.empty()) view.role = field(json, role.c_str(), false) ? role : "standby";
}

class Service final : public Technology {
 public:
  std::vector<Role> roles(const ComponentEntry& component) const override {
    if (component.roles.empty()) return {};
    return {{component.roles, Rank::leader}, {"standby", Rank::spare, false}};
  }

  NodeView look(const Stack& stack, const Node& node) const override {
    NodeView view;
    view.seen_ns = monotonic_ns();
    const auto& component = stack.component_of(node);
    const auto endpoint = stack.endpoint(node);
    if (component.health_path.empty()) {
      // No HTTP there: an empty request that gets as far as being sent found an open port.
      const auto answer = http_call(endpoint, {}, look_connect_ms, look_connect_ms);
      view.healthy = answer || answer.error().failure == HttpFailure::ambiguous;
      return view;
    }
    const auto answer =
        http_call(endpoint, {"GET", component.health_path, {}, ""}, look_connect_ms, look_total_ms);
    view.answers = answer.has_value();
    view.healthy = answer && answer->status == 200;
    if (!component.binary.empty() && answer) read_status(endpoint, component.roles, view);
    return view;
  }

  std::vector<std::string> missing(const Stack& stack, const ComponentEntry& component,
                                   const StackView& view) const override {
    // Of the nodes of several regions one holds it: that is told once.
    if (component.roles.empty() || !component.like.empty()) return {};
    int holders = 0;
    for (const auto* node : stack.of_twins(component.name))
      if (const auto seen = view.nodes.find(node->name); seen != view.nodes.end())
        holders += seen->second.role == component.roles;
    if (holders == 1) return {};
    return {
        fmt::format("{} has {} nodes in the role {}", component.name, holders, component.roles)};
  }

  std::string roles_line(const Stack& stack, const ComponentEntry& component,
                         const StackView& view) const override {
    if (component.roles != writer_role) return "";
    std::string line = component.name;
    for (const auto* node : stack.of_component(component.name)) {
      const auto seen = view.nodes.find(node->name);
      if (seen == view.nodes.end() || seen->second.role != writer_role) continue;
      line += fmt::format(" {} {}", node->number, writer_role);
    }
    return !component.like.empty() && line == component.name ? "" : line;
  }
};

}  // namespace

std::unique_ptr<Technology> make_service() {
  return std::make_unique<Service>();
}

}  // namespace rehearse
