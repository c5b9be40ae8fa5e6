#include "platform/region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/etcd.hpp"
#include "base/json_field.hpp"
#include "platform/orders.hpp"
#include "platform/platform.hpp"

namespace rehearse {
namespace {

constexpr int64_t witness_ms = 1'000, names_connect_ms = 500, names_total_ms = 1'000;
constexpr int64_t lead_margin_ms = 1'000;

// Members of the witness, those outside of the region that may be lost first.
struct Witness {
  std::vector<Endpoint> members;
  std::shared_ptr<const TlsTrust> trust;
  std::string key;
};

Result<Witness> witness_of(const Stack& stack, const std::string& region) {
  const auto& lead = stack.file.lead;
  auto nodes = lead ? stack.of_component(lead->witness) : std::vector<const Node*>{};
  if (nodes.empty()) return fail(ExitCode::machine, "the platform has no regions");
  std::ranges::stable_partition(nodes, [&](const Node* node) {
    const std::string& own = stack.region_of(*node);
    return own.empty() || own == region;
  });
  Witness witness{{}, nullptr, lead->key};
  for (const Node* node : nodes)
    witness.members.push_back({node->address, static_cast<uint16_t>(lead->port)});
  const auto& secrets = stack.component_of(*nodes.front()).secrets;
  if (std::ranges::find(secrets, lead->secret) == secrets.end()) return witness;
  const std::string folder = fmt::format("{}/{}/", stack.secrets_dir, nodes.front()->name);
  auto trust = TlsTrust::load(folder + "ca.pem", folder + lead->secret + ".pem");
  if (!trust) return std::unexpected(trust.error());
  witness.trust = std::move(*trust);
  return witness;
}

// By the first member that answers.
template <typename Ask>
auto asked(const Witness& witness, Ask ask) -> decltype(ask(witness.members.front())) {
  std::string why;
  for (const Endpoint& member : witness.members) {
    auto answer = ask(member);
    if (answer) return answer;
    why += (why.empty() ? "" : "; ") + answer.error().message;
  }
  return fail(ExitCode::machine, "the witness: " + why);
}

Result<RegionLead> lead_in(const EtcdValue& seen) {
  const auto said = nlohmann::json::parse(seen.value, nullptr, false);
  if (said.is_object()) {
    RegionLead lead{field(said, "holder", ""), field(said, "term", int64_t{0})};
    if (!lead.holder.empty() && lead.term > 0) return lead;
  }
  return fail(ExitCode::machine, fmt::format("the witness names no region: '{}'", seen.value));
}

std::set<std::string> entries_to_hold(const Stack& stack, const std::string& region) {
  std::set<std::string> held;
  for (const Node* node : Platform(stack).nodes_of(Purpose::entrance))
    if (stack.region_of(*node) != region) held.insert(node->name);
  return held;
}

bool is_entry_of(const Stack& stack, const std::string& region, const std::string& address) {
  return std::ranges::any_of(Platform(stack).nodes_of(Purpose::entrance), [&](const Node* node) {
    return node->address == address && stack.region_of(*node) == region;
  });
}

}  // namespace

Result<RegionLead> region_lead(const Stack& stack) {
  const auto witness = witness_of(stack, "");
  if (!witness) return std::unexpected(witness.error());
  const auto seen = asked(*witness, [&](const Endpoint& member) {
    return etcd_get(member, witness->key, witness_ms, witness->trust.get());
  });
  if (!seen) return std::unexpected(seen.error());
  return lead_in(*seen);
}

Result<RegionLead> give_lead(const Stack& stack, const std::string& region) {
  const auto witness = witness_of(stack, region);
  if (!witness) return std::unexpected(witness.error());
  // What one member may have written without saying so, the next one knows. Nothing: somebody else
  // has changed who leads since the look, and knows better than we do.
  const auto given =
      asked(*witness, [&](const Endpoint& member) -> Result<std::optional<RegionLead>> {
        const TlsTrust* trust = witness->trust.get();
        const auto seen = etcd_get(member, witness->key, witness_ms, trust);
        if (!seen) return std::unexpected(seen.error());
        const auto lead = lead_in(*seen);
        if (!lead || lead->holder == region) return lead;
        const RegionLead next{region, lead->term + 1};
        const std::string word =
            nlohmann::json{{"holder", next.holder}, {"term", next.term}}.dump();
        const auto written =
            etcd_put(member, witness->key, word, seen->revision, witness_ms, trust);
        if (!written) return std::unexpected(written.error());
        return *written ? std::optional(next) : std::nullopt;
      });
  if (!given) return std::unexpected(given.error());
  if (*given) return **given;
  return fail(ExitCode::machine, "somebody else has changed which region leads");
}

int64_t lead_lasts_ms(const Stack& stack) {
  return stack.file.lead->lease_ms + lead_margin_ms;
}

std::vector<std::string> not_yielded(const Stack& stack, const StackView& view,
                                     const std::string& region, int64_t since_ns) {
  std::vector<std::string> names;
  for (const Node& node : stack.nodes) {
    if (stack.component_of(node).fence_path.empty() || stack.region_of(node) == region) continue;
    const auto seen = view.nodes.find(node.name);
    if (seen != view.nodes.end() && seen->second.seen_ns > since_ns) {
      const auto leads = seen->second.status.find(stack.file.lead->field);
      if (leads != seen->second.status.end() && leads->second == 0) continue;
    }
    names.push_back(node.name);
  }
  return names;
}

Result<const ComponentEntry*> ledger_in(const Stack& stack, const std::string& region) {
  for (const Node* node : Platform(stack).nodes_of(Purpose::ledger))
    if (stack.region_of(*node) == region) return &stack.component_of(*node);
  return fail(ExitCode::machine, fmt::format("no region `{}` has the ledger's database", region));
}

std::optional<std::string> leader_in(const Stack& stack, const StackView& view,
                                     const std::string& region) {
  for (const Node* node : Platform(stack).nodes_of(Purpose::ledger)) {
    const auto seen = view.nodes.find(node->name);
    if (stack.region_of(*node) != region || seen == view.nodes.end()) continue;
    if (rank_of(stack.component_of(*node), seen->second.role) == Rank::leader) return node->name;
  }
  return std::nullopt;
}

std::optional<RegionLag> region_lag(const Stack& stack, const StackView& view,
                                    const std::string& region) {
  std::optional<RegionLag> lag;
  int64_t own_bytes = -1, others_bytes = -1;
  for (const Node* node : Platform(stack).nodes_of(Purpose::ledger)) {
    const auto found = view.nodes.find(node->name);
    if (found == view.nodes.end() || !found->second.healthy) continue;
    const NodeView& seen = found->second;
    const auto age = seen.status.find("lag_ms");
    if (stack.region_of(*node) != region) {
      others_bytes = std::max(others_bytes, seen.log_bytes);
    } else if (age != seen.status.end()) {
      lag = RegionLag{node->name, age->second, {}};
      own_bytes = seen.log_bytes;
    }
  }
  if (lag && own_bytes >= 0 && others_bytes >= 0)
    lag->bytes = std::max<int64_t>(0, others_bytes - own_bytes);
  return lag;
}

Result<Endpoint> edge_in(const Stack& stack, const std::string& region) {
  const auto house = stack.file.targets.find("house");
  if (house != stack.file.targets.end())
    for (const Node* node : stack.of_twins(house->second)) {
      const int tls_port = stack.component_of(*node).tls_port;
      if (stack.region_of(*node) == region && tls_port != 0)
        return Endpoint{node->address, static_cast<uint16_t>(tls_port)};
    }
  return fail(ExitCode::machine, fmt::format("no region `{}` has an edge", region));
}

Status open_entries(const Stack& stack, const std::string& region) {
  const nlohmann::json order = {{"hold", entries_to_hold(stack, region)}};
  Status first;
  for (const Node* node : Platform(stack).nodes_of(Purpose::names)) {
    HttpRequest request{"POST", stack.file.lead->entries_path, control_token_of(*node),
                        order.dump()};
    request.headers.emplace_back("Content-Type", "application/json");
    const auto answer = http_call(stack.endpoint(*node), request, names_connect_ms, names_total_ms);
    if (answer && answer->status == 200) continue;
    const std::string why =
        answer ? fmt::format("status {} {}", answer->status, answer->body) : answer.error().message;
    if (first) first = fail(ExitCode::machine, node->name + " does not take its entries: " + why);
  }
  return first;
}

Result<bool> entries_open(const Stack& stack, const std::string& region) {
  for (const Node* node : Platform(stack).nodes_of(Purpose::names)) {
    const auto answer = http_call(stack.endpoint(*node), {"GET", "/status", {}, ""},
                                  names_connect_ms, names_total_ms);
    const auto said =
        answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
    if (!said.is_object() || !said.contains("held") || !said.contains("answers"))
      return fail(ExitCode::machine, node->name + " does not say what it gives out");
    if (said["held"] != nlohmann::json(entries_to_hold(stack, region))) return false;
    for (const auto& address : said["answers"])
      if (!is_entry_of(stack, region, address.is_string() ? address.get<std::string>() : ""))
        return false;
  }
  return true;
}

}  // namespace rehearse
