// Rules live in each node's own namespace because frames between two containers on one bridge do
// not pass the host's netfilter. One table of ours per namespace, made when the namespace is made;
// a fault only adds elements to its set, which expire by themselves.
#include "runtime/podman/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "runtime/command.hpp"

namespace rehearse::network {
namespace {

constexpr const char* veth_prefix = "rhv";  // the host's ends

// Prefixes and addresses have a set each: a set of intervals refuses an address within a prefix
// that it holds, and a zone may fall silent while it is parted from another.
constexpr const char* prefixes = "cut";
constexpr const char* addresses = "between";
constexpr const char* ruleset =
    "table inet rehearse {\n"
    "  set cut { type ipv4_addr; flags timeout, interval; }\n"
    "  set between { type ipv4_addr; flags timeout; }\n"
    "  chain in {\n"
    "    type filter hook input priority -300;\n"
    "    ip saddr @between counter drop; ip saddr @cut counter drop;\n"
    "  }\n"
    "  chain out {\n"
    "    type filter hook output priority -300;\n"
    "    ip daddr @between counter drop; ip daddr @cut counter drop;\n"
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

// One statement for each of the two sets that `ranges` belong to, with `suffix` after each element.
std::string element_lines(const std::string& verb, const std::vector<std::string>& ranges,
                          const std::string& suffix = "") {
  std::map<std::string, std::vector<std::string>> sets;
  for (const auto& range : ranges)
    sets[range.find('/') == std::string::npos ? addresses : prefixes].push_back(range + suffix);
  std::string lines;
  for (const auto& [set, elements] : sets)
    lines +=
        fmt::format("{} element inet rehearse {} {{ {} }}\n", verb, set, fmt::join(elements, ", "));
  return lines;
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

Status set_up_node(PacketRules& rules, const NodeSpec& node) {
  const std::string ns = namespace_of(node.name);
  auto done = run_checked({"ip", "-n", ns, "-batch", "-"}, command_ms,
                          fmt::format("address add {}/16 dev eth0\nlink set lo up\n"
                                      "link set eth0 up\n",
                                      node.address));
  if (!done) return std::unexpected(done.error());
  return rules.run(namespace_path(node.name), ruleset);
}

}  // namespace

Status create(PacketRules& rules, const NetworkSpec& spec) {
  if (auto free = check_subnet_free(spec.subnet); !free) return free;
  std::string batch = fmt::format(
      "link add {0} type bridge\naddress add {1}/16 dev {0}\n"
      "link set {0} up\n",
      bridge, spec.control_address);
  int index = 0;
  for (const auto& node : spec.nodes) {
    const std::string ns = namespace_of(node.name);
    batch += fmt::format(
        "netns add {0}\nlink add {3}{1} type veth peer name eth0 netns {0}\n"
        "link set {3}{1} master {2} up\n",
        ns, index++, bridge, veth_prefix);
  }
  auto made = run_checked({"ip", "-batch", "-"}, 3 * command_ms, batch);
  if (!made) return std::unexpected(made.error());
  std::vector<std::function<Status()>> jobs;
  for (const auto& node : spec.nodes) jobs.push_back([&] { return set_up_node(rules, node); });
  return run_parallel(jobs);
}

Status remove(PacketRules& rules) {
  rules.forget();
  auto left = leftovers();
  if (!left) return std::unexpected(left.error());
  std::string batch;
  // A namespace frees its veth some time after it is deleted; the host's end goes first, so that
  // the same names can be made again at once.
  std::error_code ignored;
  for (const auto& link : std::filesystem::directory_iterator("/sys/class/net", ignored))
    if (const std::string name = link.path().filename(); name.starts_with(veth_prefix))
      batch += fmt::format("link delete {}\n", name);
  for (const auto& name : *left)
    batch += name == bridge ? fmt::format("link delete {}\n", name)
                            : fmt::format("netns delete {}\n", name);
  if (batch.empty()) return {};
  auto done = run_checked({"ip", "-force", "-batch", "-"}, 3 * command_ms, batch);
  if (!done) return std::unexpected(done.error());
  return {};
}

Status cut(PacketRules& rules, const std::vector<std::string>& nodes,
           const std::vector<std::string>& ranges, int64_t timeout_ms) {
  // Delete and add in one transaction: refreshing an element's timeout needs it, and nobody sees
  // the moment in between. The first add makes the delete valid where nothing was cut yet.
  const std::string timed = element_lines("add", ranges, fmt::format(" timeout {}ms", timeout_ms));
  return run_in_all(rules, nodes, timed + element_lines("delete", ranges) + timed);
}

Status uncut(PacketRules& rules, const std::vector<std::string>& nodes,
             const std::vector<std::string>& ranges) {
  return run_in_all(rules, nodes, element_lines("add", ranges) + element_lines("delete", ranges));
}

Result<CutState> read_cut_state(const std::string& listing) {
  const auto json = nlohmann::json::parse(listing, nullptr, false);
  if (!json.is_object()) return fail(ExitCode::machine, "nft printed no JSON");
  CutState state;
  for (const auto& item : json.value("nftables", nlohmann::json::array())) {
    if (item.contains("set") && !item["set"].value("elem", nlohmann::json::array()).empty()) {
      state.active = true;
      if (item["set"].value("name", "") == addresses) state.between = true;
    }
    if (!item.contains("rule")) continue;
    bool between = false;
    for (const auto& expr : item["rule"]["expr"]) {
      if (expr.contains("match") && expr["match"].contains("right"))
        between = expr["match"]["right"] == std::string("@") + addresses;
      if (!expr.contains("counter")) continue;
      const int64_t packets = expr["counter"].value("packets", int64_t{0});
      state.dropped_packets += packets;
      if (between) state.dropped_between += packets;
    }
  }
  return state;
}

Result<std::map<std::string, CutState>> cuts(PacketRules& rules,
                                             const std::vector<std::string>& nodes) {
  std::map<std::string, CutState> result;
  for (const auto& node : nodes) {
    const auto text = rules.list(namespace_path(node), "list table inet rehearse");
    if (!text) return std::unexpected(text.error());
    const auto state = read_cut_state(*text);
    if (!state) return std::unexpected(state.error());
    result[node] = *state;
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
