// The bridge is in a namespace of its own, with one way into the host: on many hosts (Docker's,
// ufw's) what crosses a bridge of the host passes its firewall, which drops what it does not know.
// Rules of ours live in each node's own namespace. One table of ours per namespace, made when the
// namespace is made; a fault only adds elements to its set, which expire by themselves.
//
// They stand at the device (kernels from 5.16 on), not at the output of the node's own packets:
// there a sender would be told at once (EPERM) what a dead line never says. Of IPv6, which no stack
// uses, nothing passes at any time. ARP does: a neighbour that does not answer is "no route to
// host" within seconds, whereas the router before a dead zone says nothing.
#include "runtime/podman/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "runtime/command.hpp"

namespace rehearse::network {

using namespace nlohmann::json_literals;

namespace {

constexpr const char* veth_prefix = "rhv";  // the bridge's ends
constexpr const char* host_port = "host";   // of the bridge, towards our end in the host
constexpr const char* bridge_namespace = "rhs-_bridge";  // no node's: those have no underscore
constexpr const char* own_protocol = "198";  // by which our route is known; nobody's in rt_protos
constexpr size_t alias_length_max = 255;
constexpr uint32_t last_metric = 4'278'198'272;

// Prefixes and addresses have sets of their own: a set of intervals refuses an address within a
// prefix that it holds, and a zone may fall silent while it is parted from another. Each element
// counts for itself, in a set for each direction: what one cut drops is no evidence of another.
constexpr const char* prefixes = "cut";
constexpr const char* addresses = "between";
constexpr const char* directions[] = {"_in", "_out"};
constexpr const char* ruleset =
    "table netdev rehearse {\n"
    "  set cut_in { type ipv4_addr; flags timeout, interval; counter; }\n"
    "  set cut_out { type ipv4_addr; flags timeout, interval; counter; }\n"
    "  set between_in { type ipv4_addr; flags timeout; counter; }\n"
    "  set between_out { type ipv4_addr; flags timeout; counter; }\n"
    "  chain in {\n"
    "    type filter hook ingress device eth0 priority -300;\n"
    "    meta protocol ip6 drop;\n"
    "    ip saddr @between_in drop; ip saddr @cut_in drop;\n"
    "  }\n"
    "  chain out {\n"
    "    type filter hook egress device eth0 priority -300;\n"
    "    meta protocol ip6 drop;\n"
    "    ip daddr @between_out drop; ip daddr @cut_out drop;\n"
    "  }\n"
    "}\n";

std::string namespace_of(const std::string& node) {
  return prefix + node;
}

// Every node is tried, and the first error told.
Status run_in_all(PacketRules& rules, const std::vector<std::string>& nodes,
                  const std::string& script) {
  Status first;
  for (const auto& node : nodes)
    if (auto done = rules.run(namespace_path(node), script); !done && first) first = done;
  return first;
}

// What follows an element: of a range, in a direction.
using Suffix = std::function<std::string(const std::string& range, const std::string& direction)>;

// One statement for each of the four sets that `ranges` belong to.
std::string element_lines(const std::string& verb, const std::vector<std::string>& ranges,
                          const Suffix& suffix = nullptr) {
  std::map<std::string, std::vector<std::string>> sets;
  for (const auto& range : ranges)
    for (const std::string direction : directions)
      sets[(range.find('/') == std::string::npos ? addresses : prefixes) + direction].push_back(
          suffix ? range + suffix(range, direction) : range);
  std::string lines;
  for (const auto& [set, elements] : sets)
    lines += fmt::format("{} element netdev rehearse {} {{ {} }}\n", verb, set,
                         fmt::join(elements, ", "));
  return lines;
}

Result<Cuts> cuts_of(PacketRules& rules, const std::string& node) {
  const auto text = rules.list(namespace_path(node), "list table netdev rehearse");
  if (!text) return std::unexpected(text.error());
  return read_cuts(*text);
}

// Delete and add in one transaction: refreshing an element's timeout needs it, and nobody sees the
// moment in between. The first add makes the delete valid where nothing was cut yet; the last one
// goes on with the count.
Status cut_node(PacketRules& rules, const std::string& node, const std::vector<std::string>& ranges,
                int64_t timeout_ms) {
  const auto before = cuts_of(rules, node);
  if (!before) return std::unexpected(before.error());
  const auto timed = [&](const std::string&, const std::string&) {
    return fmt::format(" timeout {}ms", timeout_ms);
  };
  const auto counted = [&](const std::string& range, const std::string& direction) {
    const auto known = before->find(range);
    const DroppedPackets dropped = known == before->end() ? DroppedPackets{} : known->second;
    return fmt::format(" counter packets {} bytes 0 timeout {}ms",
                       direction == directions[0] ? dropped.in : dropped.out, timeout_ms);
  };
  return rules.run(namespace_path(node), element_lines("add", ranges, timed) +
                                             element_lines("delete", ranges) +
                                             element_lines("add", ranges, counted));
}

// Where packets to an address would go now: the device, empty where there is no way.
std::string device_towards(const std::string& address) {
  const auto said = run_command({"ip", "-4", "route", "get", address}, command_ms, "");
  return said && said->exit_status == 0 ? device_in(said->out) : "";
}

std::string address_of_prefix(const std::string& prefix) {
  return prefix.substr(0, prefix.find('/'));
}

// A way to a zone besides the one to everywhere: a wider route (of a VPN, say) or one of a policy.
Status check_no_other_way(const std::vector<std::string>& zones) {
  const auto defaults = run_checked({"ip", "-4", "route", "show", "default"}, command_ms);
  if (!defaults) return std::unexpected(defaults.error());
  for (const auto& zone : zones) {
    const std::string device = device_towards(address_of_prefix(zone));
    if (device.empty() || defaults->find(" dev " + device + " ") != std::string::npos) continue;
    return fail(ExitCode::machine, fmt::format("{} is reached through {} on this machine: take "
                                               "another subnet, or that route away",
                                               zone, device));
  }
  return {};
}

// Policies come before our routes.
Status check_way_is_ours(const std::vector<std::string>& zones) {
  for (const auto& zone : zones)
    if (const std::string device = device_towards(address_of_prefix(zone)); device != bridge)
      return fail(ExitCode::machine,
                  fmt::format("packets to {} leave through {} and not through {}: a policy of "
                              "routing (`ip rule`) takes them away",
                              zone, device.empty() ? "nowhere" : device, bridge));
  return {};
}

// A route or address inside the subnet means that somebody else uses it.
Status check_subnet_free(const std::string& subnet) {
  auto routes = run_checked({"ip", "-4", "route", "show", "root", subnet}, command_ms);
  if (!routes) return std::unexpected(routes.error());
  auto addresses = run_checked({"ip", "-4", "-o", "address", "show", "to", subnet}, command_ms);
  if (!addresses) return std::unexpected(addresses.error());
  const std::string found = *routes + *addresses;
  if (found.empty()) return {};
  return fail(ExitCode::machine,
              fmt::format("the subnet {} is in use on this machine ({}): free it, or let "
                          "`./rehearse undo` remove what an interrupted run left",
                          subnet, found.substr(0, found.find('\n'))));
}

Status set_up_node(PacketRules& rules, const NodeSpec& node, const std::string& control_address) {
  const std::string ns = namespace_of(node.name);
  auto done = run_checked({"ip", "-n", ns, "-batch", "-"}, command_ms,
                          fmt::format("address add {}/16 dev eth0\nlink set lo up\n"
                                      "link set eth0 up\n",
                                      node.address));
  if (!done) return std::unexpected(done.error());
  return rules.run(namespace_path(node.name), ruleset + apart_rules(node, control_address));
}

}  // namespace

std::string apart_rules(const NodeSpec& node, const std::string& control_address) {
  if (!node.reaches) return "";
  std::vector<std::string> others = *node.reaches;
  others.push_back(control_address);
  return fmt::format(
      "table netdev apart {{\n"
      "  chain in {{\n    type filter hook ingress device eth0 priority -310;\n"
      "    ip saddr != {{ {0} }} drop;\n  }}\n"
      "  chain out {{\n    type filter hook egress device eth0 priority -310;\n"
      "    ip daddr != {{ {0} }} drop;\n  }}\n}}\n",
      fmt::join(others, ", "));
}

bool can_cut() {
  std::string rules = ruleset;
  for (size_t at; (at = rules.find("eth0")) != std::string::npos;) rules.replace(at, 4, "lo");
  const auto tried = run_command({"unshare", "--net", "nft", "-f", "-"}, command_ms, rules);
  return tried && tried->exit_status == 0;
}

std::string owner() {
  std::ifstream file(fmt::format("/sys/class/net/{}/ifalias", bridge));
  std::string line;
  std::getline(file, line);
  return line;
}

Batches batches_of(const NetworkSpec& spec, const std::string& owner) {
  Batches batches;
  // Where our end is gone, the last route lets nothing of ours leave this machine.
  batches.host = fmt::format(
      "netns add {6}\nlink add {0} type veth peer name {7} netns {6}\n"
      "link set {0} alias \"{5}\"\n"
      "address add {1}/16 dev {0}\nlink set {0} up\n"
      "route add unreachable {2} metric {3} proto {4}\n",
      bridge, spec.control_address, spec.subnet, last_metric, own_protocol,
      owner.substr(0, alias_length_max), bridge_namespace, host_port);
  batches.inside = fmt::format(
      "link add {0} type bridge\nlink set {0} up\nlink set {1} master {0} up\n", bridge, host_port);
  int index = 0;
  for (const auto& node : spec.nodes) {
    const std::string ns = namespace_of(node.name);
    batches.host +=
        fmt::format("netns add {0}\nlink add {3}{1} netns {2} type veth peer name eth0 netns {0}\n",
                    ns, index, bridge_namespace, veth_prefix);
    batches.inside += fmt::format("link set {}{} master {} up\n", veth_prefix, index++, bridge);
  }
  return batches;
}

Status create(PacketRules& rules, const NetworkSpec& spec, const std::string& owner) {
  if (auto free = check_subnet_free(spec.subnet); !free) return free;
  if (auto free = check_no_other_way(spec.zones); !free) return free;
  const Batches batches = batches_of(spec, owner);
  auto made = run_checked({"ip", "-batch", "-"}, 3 * command_ms, batches.host);
  if (made)
    made =
        run_checked({"ip", "-n", bridge_namespace, "-batch", "-"}, 3 * command_ms, batches.inside);
  if (!made) return std::unexpected(made.error());
  std::vector<std::function<Status()>> jobs;
  for (const auto& node : spec.nodes)
    jobs.push_back([&] { return set_up_node(rules, node, spec.control_address); });
  if (auto done = run_parallel(jobs); !done) return done;
  return check_way_is_ours(spec.zones);
}

std::string device_in(const std::string& route) {
  const std::string before = " dev ";
  const size_t at = route.find(before);
  if (at == std::string::npos) return "";
  const size_t from = at + before.size();
  return route.substr(from, route.find_first_of(" \n", from) - from);
}

Status remove(PacketRules& rules) {
  rules.forget();
  auto route = run_checked({"ip", "-4", "route", "flush", "proto", own_protocol}, command_ms);
  if (!route) return std::unexpected(route.error());
  auto left = leftovers();
  if (!left) return std::unexpected(left.error());
  std::string batch;
  // A namespace frees its veth some time after it is deleted; the host's end goes first, so that
  // the same names can be made again at once. An older stack's bridge is in the host itself, and
  // those of it are ours, whatever is called so.
  std::error_code ignored;
  for (const auto& link :
       std::filesystem::directory_iterator(fmt::format("/sys/class/net/{}/brif", bridge), ignored))
    batch += fmt::format("link delete {}\n", link.path().filename().string());
  for (const auto& name : *left)
    batch += name == bridge ? fmt::format("link delete {}\n", name)
                            : fmt::format("netns delete {}\n", name);
  if (batch.empty()) return {};
  auto done = run_checked({"ip", "-force", "-batch", "-"}, 3 * command_ms, batch);
  if (!done) return std::unexpected(done.error());
  return {};
}

// Every node is tried, and the first error told.
Status cut(PacketRules& rules, const std::vector<std::string>& nodes,
           const std::vector<std::string>& ranges, int64_t timeout_ms) {
  Status first;
  for (const auto& node : nodes)
    if (auto done = cut_node(rules, node, ranges, timeout_ms); !done && first) first = done;
  return first;
}

Status uncut(PacketRules& rules, const std::vector<std::string>& nodes,
             const std::vector<std::string>& ranges) {
  return run_in_all(rules, nodes, element_lines("add", ranges) + element_lines("delete", ranges));
}

Result<Cuts> read_cuts(const std::string& listing) {
  using nlohmann::json;
  const auto all = json::parse(listing, nullptr, false);
  if (!all.is_object()) return fail(ExitCode::machine, "nft printed no JSON");
  Cuts cuts;
  for (const auto& item : all.value("nftables", json::array())) {
    if (!item.contains("set")) continue;
    const std::string set = item["set"].value("name", "");
    for (const auto& wrapped : item["set"].value("elem", json::array())) {
      if (!wrapped.is_object()) continue;  // none of ours: those have a time to live
      const json element = wrapped.value("elem", json::object());
      const json value = element.value("val", json::object());
      const std::string range =
          value.is_string() ? value.get<std::string>()
                            : fmt::format("{}/{}", value.value("/prefix/addr"_json_pointer, ""),
                                          value.value("/prefix/len"_json_pointer, 0));
      const int64_t packets = element.value("/counter/packets"_json_pointer, int64_t{0});
      (set.ends_with(directions[0]) ? cuts[range].in : cuts[range].out) = packets;
    }
  }
  return cuts;
}

Result<std::map<std::string, Cuts>> cuts(PacketRules& rules,
                                         const std::vector<std::string>& nodes) {
  std::map<std::string, Cuts> result;
  for (const auto& node : nodes) {
    auto found = cuts_of(rules, node);
    if (!found) return std::unexpected(found.error());
    result[node] = std::move(*found);
  }
  return result;
}

Result<std::vector<std::string>> leftovers() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/run/netns", ignored))
    if (entry.path().filename().string().starts_with(prefix))
      names.push_back(entry.path().filename());
  if (std::filesystem::exists(fmt::format("/sys/class/net/{}", bridge), ignored))
    names.push_back(bridge);
  return names;
}

}  // namespace rehearse::network

namespace rehearse {
std::string namespace_path(const std::string& node) {
  return fmt::format("/run/netns/{}{}", network::prefix, node);
}
}  // namespace rehearse
