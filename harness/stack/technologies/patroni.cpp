// PostgreSQL under Patroni: one primary, a synchronous standby where the stack's setting
// COMPONENT.synchronous asks for one, replicas. Patroni's REST API is at the component's port.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/json_field.hpp"
#include "stack/get_json.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

constexpr const char *primary_role = "primary", *sync_role = "sync", *replica_role = "replica";
constexpr int server_port = 5432;
constexpr int64_t switchover_ms = 40'000;

// Who changes something by Patroni's REST API says who he is (RFC 7617), as the node was told.
std::vector<std::pair<std::string, std::string>> operator_headers(const Node& node) {
  const auto password = node.env.find("REST_PASSWORD");
  if (password == node.env.end()) return {};
  const std::string plain = "operator:" + password->second;
  std::string encoded((plain.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(plain.data()),
                                     static_cast<int>(plain.size()));
  encoded.resize(static_cast<size_t>(length));
  return {{"Authorization", "Basic " + encoded}};
}

class Patroni final : public Technology {
 public:
  std::vector<Role> roles(const ComponentEntry&) const override {
    return {{primary_role, Rank::leader}, {sync_role, Rank::second}, {replica_role, Rank::spare}};
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
    else
      view.role = field(json, "sync_standby", false) ? sync_role : replica_role;
    return view;
  }

  std::vector<std::string> missing(const Stack& stack, const ComponentEntry& component,
                                   const StackView& view) const override {
    std::vector<std::string> missing;
    int primaries = 0, syncs = 0;
    NodeView primary;
    for (const auto* node : stack.of_component(component.name)) {
      const auto& seen = view.nodes.at(node->name);
      if (seen.role == primary_role) ++primaries, primary = seen;
      if (seen.role == sync_role) ++syncs;
    }
    if (primaries != 1)
      missing.push_back(fmt::format("{} has {} primaries", component.name, primaries));
    const auto setting = stack.settings.find(component.name + ".synchronous");
    const bool strict = setting == stack.settings.end() || setting->second == "strict";
    if (strict && syncs < 1) missing.push_back(component.name + " has no synchronous standby");
    for (const auto* node : stack.of_component(component.name)) {
      const auto& seen = view.nodes.at(node->name);
      if (seen.role == primary_role || !seen.healthy) continue;
      const bool streams =
          std::ranges::find(primary.streaming, node->name) != primary.streaming.end();
      if (!streams || seen.timeline != primary.timeline)
        missing.push_back(fmt::format("{} does not follow the primary ({}, timeline {})",
                                      node->name, streams ? "streaming" : "not streaming",
                                      seen.timeline));
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

  int client_port(const ComponentEntry&) const override { return server_port; }
  // Not the single-user server of a crash recovery, nor a session of one.
  std::string_view serving_process() const override { return "/bin/postgres -D"; }
  std::string_view following_process() const override { return ": startup recovering"; }
};

}  // namespace

std::unique_ptr<Technology> make_patroni() {
  return std::make_unique<Patroni>();
}

}  // namespace rehearse
