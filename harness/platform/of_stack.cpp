// The platform as it stands on a stack now: where its books are, where players go to, what it has
// still to do.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/platform.hpp"
#include "stack/observer.hpp"
#include "stack/secrets.hpp"

namespace rehearse {
namespace {

constexpr uint16_t name_servers_port = 53;

constexpr int64_t name_answer_ms = 300;

using Places = std::vector<std::pair<std::string, Endpoint>>;

Places places_of(const Stack& stack, const StackView& view,
                 const std::vector<std::string>& components) {
  Places places;
  for (const auto& component : components)
    for (const auto* node : Platform(stack).serving(view, component))
      places.emplace_back(node->name, client_endpoint(stack, *node));
  return places;
}

std::vector<const Node*> nodes_in(const Stack& stack, std::vector<const Node*> nodes,
                                  const std::string& region) {
  std::erase_if(nodes, [&](const Node* node) { return stack.region_of(*node) != region; });
  return nodes;
}

std::string brokers_in(const Stack& stack, const std::string& region) {
  std::vector<std::string> brokers;
  for (const Node* node : nodes_in(stack, Platform(stack).nodes_of(Purpose::events), region))
    brokers.push_back(fmt::format("{}:{}", node->address, client_endpoint(stack, *node).port));
  return fmt::format("{}", fmt::join(brokers, ","));
}

// What each region has for itself, and which books are asked of its vault instead of the ledger.
ResidencySource residency_of(const Stack& stack, std::map<std::string, std::string>& sql) {
  ResidencySource source;
  const auto& entry = stack.file.residency;
  if (!entry) return source;
  source.homes = entry->homes;
  source.marks = entry->marks;
  source.shared = entry->shared;
  for (const auto& table : entry->tables)
    if (auto query = sql.extract(table)) source.sql.insert(std::move(query));
  const Platform platform(stack);
  for (const auto& [region, zones] : stack.file.regions) {
    RegionSource& own = source.regions.emplace_back(region);
    for (const Node* node : nodes_in(stack, platform.nodes_of(Purpose::ledger), region))
      own.ledger.push_back(reader_login(stack, node->name));
    for (const Node* node : nodes_in(stack, stack.of_twins(entry->vault), region)) {
      own.vault.push_back(reader_login(stack, node->name));
      own.vault.back().port = DatabaseLogin{}.port;  // the component's own is that of its health
    }
    own.kafka_bootstrap = brokers_in(stack, region);
  }
  return source;
}

}  // namespace

BooksSource Platform::books_source(const StackView& view) const {
  const auto& books = stack_.file.books;
  const auto primary = holder_of(view, Purpose::ledger, Rank::leader);
  BooksSource source;
  if (primary) {
    source.sql_login = reader_login(stack_, *primary);
    source.sql_owner = owner_login(stack_, *primary);
  } else {
    source.sql_missing = primary.error().message;
  }
  source.sql = books.sql;
  source.residency = residency_of(stack_, source.sql);
  source.kafka_topic = books.kafka_topic;
  std::vector<std::string> brokers;
  for (const auto& [name, at] : places_of(stack_, view, {books.kafka_component}))
    brokers.push_back(fmt::format("{}:{}", at.address, at.port));
  source.kafka_bootstrap = fmt::format("{}", fmt::join(brokers, ","));
  for (const auto& [region, zones] : stack_.file.regions)
    if (auto elsewhere = brokers_in(stack_, region);
        region != serving_region(view) && !elsewhere.empty())
      source.kafka_elsewhere.push_back(std::move(elsewhere));
  source.providers = places_of(stack_, view, books.provider_components);
  source.provider_path = books.provider_path;
  source.streams = places_of(stack_, view, books.stream_components);
  source.stream_path = books.stream_path;
  for (const auto& entry : stack_.file.paths)
    for (const auto* node : serving(view, entry.component))
      source.paths.push_back({entry.path, entry.hop, entry.component, node->address, entry.name});
  source.reporting = places_of(stack_, view, {books.reporting_component});
  source.reporting_query = books.reporting_query;
  source.reporting_password = books.reporting_password;
  // Whoever wipes the other books need not wait for a master.
  if (const auto master = resolve_role(stack_, view, selector_of(Purpose::cache, Rank::leader)))
    source.redis = client_endpoint(stack_, *stack_.find(*master));
  source.redis_password = books.redis_password;
  for (const auto& [table, stream] : books.redis_streams)
    source.redis_streams[table] = {stream.first, stream.second};
  source.alerts = places_of(stack_, view, {books.alerts_component});
  return source;
}

PlatformEdges Platform::edges() const {
  PlatformEdges edges{namespace_path(stack_.file.players_node), {}};
  for (const auto* node : nodes_of(Purpose::entrance)) {
    const int tls_port = stack_.component_of(*node).tls_port;
    edges.edges.push_back(stack_.endpoint(*node));
    if (tls_port == 0) continue;
    edges.edges.back().port = static_cast<uint16_t>(tls_port);
    edges.authority_file = authority_file(stack_);
  }
  for (const auto& [target, component] : stack_.file.targets)
    for (const auto* node : stack_.of_twins(component))
      edges.targets[target].push_back(stack_.endpoint(*node));
  for (const auto& node : stack_.nodes)
    if (const auto& region = stack_.region_of(node); !region.empty())
      edges.regions[node.address] = region;
  edges.name = stack_.file.entry_name;
  for (const auto* node : nodes_of(Purpose::names))
    edges.name_servers.push_back({node->address, name_servers_port});
  return edges;
}

Result<DnsAnswer> Platform::look_up(const Node& name_server) const {
  return ask_dns({name_server.address, name_servers_port}, stack_.file.entry_name, name_answer_ms);
}

std::vector<std::string> Platform::pending_work(const StackView& view, int64_t since_ns) const {
  std::vector<std::string> pending;
  for (const auto& component : stack_.file.components) {
    if (component.idle.empty() || !component.like.empty()) continue;
    for (const auto* node : serving(view, component.name))
      for (const auto& [field, wanted] : component.idle) {
        const auto seen = view.nodes.find(node->name);
        if (seen == view.nodes.end() || seen->second.seen_ns < since_ns) {
          pending.push_back(fmt::format("{} was not looked at since", node->name));
          break;
        }
        const auto value = seen->second.status.find(field);
        if (value == seen->second.status.end())
          pending.push_back(fmt::format("{} says nothing of {}", node->name, field));
        else if (value->second != wanted)
          pending.push_back(fmt::format("{} {} = {}", node->name, field, value->second));
      }
  }
  return pending;
}

}  // namespace rehearse
