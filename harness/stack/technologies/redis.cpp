// Redis with a Sentinel beside each node: one master, everybody else follows it.
#include "stack/technologies/redis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "stack/get_json.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

constexpr const char *master_role = "master", *follower_role = "replica";
constexpr uint16_t sentinel_port = 26379;

// As its environment has it; empty = none.
std::string redis_password(const Node& node) {
  const auto password = node.env.find("REDIS_PASSWORD");
  return password == node.env.end() ? "" : password->second;
}

class Redis final : public Technology {
 public:
  std::vector<Role> roles(const ComponentEntry&) const override {
    return {{master_role, Rank::leader}, {follower_role, Rank::spare}};
  }

  // ROLE says what the node is, the Sentinel under which configuration epoch. A deposed master's
  // own Sentinel knows none newer, so the epoch tells which of two masters is right.
  NodeView look(const Stack& stack, const Node& node) const override {
    NodeView view;
    view.seen_ns = monotonic_ns();
    const Endpoint to = stack.endpoint(node);
    const auto connection = RedisConnection::open(to, redis_password(node), 0, look_connect_ms);
    if (!connection) return view;
    const auto role = (*connection)->call({"ROLE"}, look_connect_ms);
    if (!role) return view;
    read_redis_role(*role, view);
    const auto sentinel = RedisConnection::open({to.address, sentinel_port}, redis_password(node),
                                                0, look_connect_ms);
    const auto known = sentinel ? (*sentinel)->call({"SENTINEL", "MASTERS"}, look_connect_ms)
                                : std::unexpected(sentinel.error());
    if (known) view.timeline = redis_epoch_of(*known);
    // Without its Sentinel a zone has no say in the next failover.
    view.healthy = !view.role.empty() && view.timeline >= 0;
    return view;
  }

  // One master, and every other node follows it: by its own word and by the master's.
  std::vector<std::string> missing(const Stack& stack, const ComponentEntry& component,
                                   const StackView& view) const override {
    const auto nodes = stack.of_component(component.name);
    const auto leads = [&](const Node* node) {
      return view.nodes.at(node->name).role == master_role;
    };
    if (const auto masters = std::ranges::count_if(nodes, leads); masters != 1)
      return {fmt::format("{} has {} masters", component.name, masters)};
    const Node* master = *std::ranges::find_if(nodes, leads);
    const NodeView& seen_master = view.nodes.at(master->name);
    std::vector<std::string> missing;
    for (const auto* node : nodes) {
      const auto& seen = view.nodes.at(node->name);
      if (node == master || !seen.healthy) continue;
      const bool attached =
          std::ranges::find(seen_master.streaming, node->address) != seen_master.streaming.end();
      if (!attached || seen.follows != master->address || seen.state != "connected")
        missing.push_back(fmt::format("{} does not follow {} (link {})", node->name, master->name,
                                      seen.state.empty() ? "unknown" : seen.state));
    }
    return missing;
  }
};

}  // namespace

void read_redis_role(const RedisValue& role, NodeView& view) {
  if (!role.is_list(3) || role.items[0].kind != RedisValue::Kind::text) return;
  if (role.items[0].text == "master") {
    view.role = master_role;
    view.state = "master";
    for (const RedisValue& replica : role.items[2].items)
      if (replica.is_list(1)) view.streaming.push_back(replica.items[0].text);
    return;
  }
  // A replica: its master's address and port, the state of the link, bytes received.
  if (role.items[0].text != "slave" || !role.is_list(4)) return;
  view.role = follower_role;
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

std::string redis_role_in(const std::string& printed) {
  const std::string said = printed.substr(0, printed.find('\n'));
  if (said == "master") return master_role;
  return said == "slave" ? follower_role : "";
}

std::vector<std::string> redis_cli(const Node& node, int database,
                                   const std::vector<std::string>& command) {
  std::vector<std::string> argv = {"redis-cli", "--no-auth-warning", "-n",
                                   std::to_string(database)};
  if (const auto password = redis_password(node); !password.empty())
    argv.insert(argv.end(), {"-a", password});
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

std::unique_ptr<Technology> make_redis() {
  return std::make_unique<Redis>();
}

}  // namespace rehearse
