// PostgreSQL under Patroni: one primary, a synchronous standby where the stack's setting
// COMPONENT.synchronous asks for one, replicas. Of the clusters of several regions one is led by a
// primary; each other one by a standby that follows it. Patroni's REST API is at the component's
// port.
#include <fmt/format.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/clock.hpp"
#include "base/json_field.hpp"
#include "stack/get_json.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

constexpr const char *primary_role = "primary", *sync_role = "sync", *replica_role = "replica";
constexpr const char* standby_role = "standby_leader";
constexpr int server_port = 5432;
constexpr int64_t switchover_ms = 40'000;
constexpr int64_t config_connect_ms = 1'000, config_total_ms = 5'000;

// Who changes something by Patroni's REST API says who he is (RFC 7617), as the node was told.
std::vector<std::pair<std::string, std::string>> operator_headers(const Node& node) {
  const auto password = node.env.find("REST_PASSWORD");
  if (password == node.env.end()) return {};
  return {{"Authorization", "Basic " + base64_of("operator:" + password->second)}};
}

class Patroni final : public Technology {
 public:
  std::vector<Role> roles(const ComponentEntry& component) const override {
    std::vector<Role> roles = {
        {primary_role, Rank::leader}, {sync_role, Rank::second}, {replica_role, Rank::spare}};
    if (!component.twins.empty()) roles.push_back({standby_role, Rank::spare});
    return roles;
  }

  // Patroni 3.0 answers GET /patroni on any member with its own view of itself.
  NodeView look(const Stack& stack, const Node& node) const override {
    NodeView view;
    view.seen_ns = monotonic_ns();
    const auto json = get_json(stack.endpoint(node), "/patroni");
    if (!json.is_object()) return view;
    const std::string role = field(json, "role", "");
    view.state = field(json, "state", "");
    view.timeline = field(json, "timeline", int64_t{-1});
    const auto standbys = json.find("replication");
    if (standbys != json.end() && standbys->is_array())
      for (const auto& standby : *standbys)
        if (standby.is_object() && field(standby, "state", "") == "streaming")
          view.streaming.push_back(field(standby, "application_name", ""));
    view.healthy = view.state == "running";
    if (!view.healthy) return view;
    if (role == "master" || role == "primary")
      view.role = primary_role;
    else if (role == standby_role)
      view.role = standby_role;
    else
      view.role = field(json, "sync_standby", false) ? sync_role : replica_role;
    read_log(json, view);
    return view;
  }

  std::vector<std::string> missing(const Stack& stack, const ComponentEntry& component,
                                   const StackView& view) const override {
    std::vector<std::string> missing;
    int syncs = 0;
    std::vector<const Node*> primaries, standbys;
    for (const auto* node : stack.of_component(component.name)) {
      const auto& seen = view.nodes.at(node->name);
      if (seen.role == primary_role) primaries.push_back(node);
      if (seen.role == standby_role) standbys.push_back(node);
      if (seen.role == sync_role) ++syncs;
    }
    // Of all regions, and told once.
    const size_t leading = primaries.size() + primaries_elsewhere(stack, component, view);
    if (leading != 1 && component.like.empty())
      missing.push_back(fmt::format("{} has {} primaries", component.name, leading));
    const bool follows = !component.twins.empty() && primaries.empty();
    if (follows && standbys.size() != 1)
      missing.push_back(fmt::format("{} has {} standby leaders", component.name, standbys.size()));
    const auto setting = stack.settings.find(
        (component.like.empty() ? component.name : component.like) + ".synchronous");
    const bool strict = setting == stack.settings.end() || setting->second == "strict";
    if (strict && !follows && syncs < 1)
      missing.push_back(component.name + " has no synchronous standby");
    const auto& heads = follows ? standbys : primaries;
    const NodeView head = heads.empty() ? NodeView() : view.nodes.at(heads.back()->name);
    for (const auto* node : stack.of_component(component.name)) {
      const auto& seen = view.nodes.at(node->name);
      if (seen.role == primary_role || !seen.healthy) continue;
      if (seen.role == standby_role && follows)
        follow_another(stack, component, view, *node, missing);
      else if (!receives_from(head, node->name, seen))
        missing.push_back(not_following(node->name, seen, head));
    }
    return missing;
  }

  std::string roles_line(const Stack& stack, const ComponentEntry& component,
                         const StackView& view) const override {
    std::string line = component.name;
    for (const auto* node : stack.of_component(component.name)) {
      const auto seen = view.nodes.find(node->name);
      const std::string role = seen == view.nodes.end() ? "" : seen->second.role;
      line += fmt::format(" {} {}", node->number, role.empty() ? "–" : role);
    }
    return line;
  }

  // Patroni answers once the candidate leads. While it replicates synchronously that can be the
  // synchronous standby only.
  Status hand_over(const Stack& stack, const Node& leader, const Node& to) const override {
    const nlohmann::json body = {{"leader", leader.name}, {"candidate", to.name}};
    const auto answer = http_call(stack.endpoint(leader),
                                  {"POST", "/switchover", operator_headers(leader), body.dump()},
                                  look_connect_ms, switchover_ms);
    if (answer && answer->status == 200) return {};
    return fail(ExitCode::machine,
                fmt::format("{} does not hand over to {}: {}", leader.name, to.name,
                            answer ? answer->body : answer.error().message));
  }

  // What it said of a cluster that it should follow is taken back: its standby leader is promoted.
  Status promote(const Stack& stack, const ComponentEntry& component) const override {
    return change_config(stack, component, {{"standby_cluster", nullptr}});
  }

  Status follow(const Stack& stack, const ComponentEntry& component,
                const ComponentEntry& of) const override {
    std::string hosts;
    for (const Node* node : stack.of_component(of.name))
      hosts += (hosts.empty() ? "" : ",") + node->address;
    return change_config(
        stack, component,
        {{"standby_cluster",
          {{"host", hosts}, {"port", server_port}, {"create_replica_methods", {"basebackup"}}}}});
  }

  int client_port(const ComponentEntry&) const override { return server_port; }
  // Not the single-user server of a crash recovery, nor a session of one.
  std::string_view serving_process() const override { return "/bin/postgres -D"; }
  std::string_view following_process() const override { return ": startup recovering"; }

 private:
  // How far its log goes and, of a region that follows another, how old what it has replayed is: by
  // both is known what would be lost if it were to lead now.
  static void read_log(const nlohmann::json& json, NodeView& view) {
    const auto log = json.find("xlog");
    if (log == json.end() || !log->is_object()) return;
    if (view.role == primary_role) view.log_bytes = field(*log, "location", int64_t{-1});
    if (view.role != standby_role) return;
    view.log_bytes = field(*log, "replayed_location", int64_t{-1});
    if (const auto at_ns = parse_utc_ns(field(*log, "replayed_timestamp", "")))
      view.status["lag_ms"] = (wall_ns() - *at_ns) / ns_per_ms;
  }

  static bool receives_from(const NodeView& head, const std::string& name, const NodeView& seen) {
    return std::ranges::find(head.streaming, name) != head.streaming.end() &&
           seen.timeline == head.timeline;
  }

  static std::string not_following(const std::string& name, const NodeView& seen,
                                   const NodeView& head) {
    const bool streams = std::ranges::find(head.streaming, name) != head.streaming.end();
    return fmt::format("{} does not follow the {} ({}, timeline {})", name,
                       head.role == standby_role ? "standby leader" : "primary",
                       streams ? "streaming" : "not streaming", seen.timeline);
  }

  // Calls visit(node, view) for each node of the other regions' clusters that was seen.
  template <typename Visit>
  static void visit_others(const Stack& stack, const ComponentEntry& component,
                           const StackView& view, Visit visit) {
    for (const auto& twin : component.twins)
      if (twin != component.name)
        for (const Node* node : stack.of_component(twin))
          if (const auto seen = view.nodes.find(node->name); seen != view.nodes.end())
            visit(*node, seen->second);
  }

  static size_t primaries_elsewhere(const Stack& stack, const ComponentEntry& component,
                                    const StackView& view) {
    size_t primaries = 0;
    visit_others(stack, component, view, [&](const Node&, const NodeView& seen) {
      primaries += seen.role == primary_role;
    });
    return primaries;
  }

  // By any member of another region's cluster: whoever it finds first gives it the log.
  static void follow_another(const Stack& stack, const ComponentEntry& component,
                             const StackView& view, const Node& leader,
                             std::vector<std::string>& missing) {
    bool received = false;
    const NodeView& own = view.nodes.at(leader.name);
    visit_others(stack, component, view, [&](const Node&, const NodeView& seen) {
      received |= receives_from(seen, leader.name, own);
    });
    if (!received)
      missing.push_back(fmt::format("{} does not follow another region (timeline {})", leader.name,
                                    own.timeline));
  }

  // By the first of its members that takes it.
  static Status change_config(const Stack& stack, const ComponentEntry& component,
                              const nlohmann::json& change) {
    std::string why = component.name + " has no node";
    for (const Node* node : stack.of_component(component.name)) {
      auto headers = operator_headers(*node);
      headers.emplace_back("Content-Type", "application/json");
      const auto answer =
          http_call(stack.endpoint(*node), {"PATCH", "/config", headers, change.dump()},
                    config_connect_ms, config_total_ms);
      if (answer && answer->status == 200) return {};
      why = fmt::format("{}: {}", node->name,
                        answer ? fmt::format("status {} {}", answer->status, answer->body)
                               : answer.error().message);
    }
    return fail(ExitCode::machine,
                "the configuration of " + component.name + " cannot be changed: " + why);
  }
};

}  // namespace

std::unique_ptr<Technology> make_patroni() {
  return std::make_unique<Patroni>();
}

}  // namespace rehearse
