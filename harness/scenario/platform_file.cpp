// YAML → what a platform on the stack is asked and told: where players go, the ways in, where its
// books are, how it becomes as good as new, how often it may try again.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.hpp"
#include "scenario/stack_sections.hpp"

namespace rehearse::yaml {
namespace {

constexpr size_t platform_bytes_max = 1 << 20;

void read_targets(const Node& node, const StackNames& names, StackFile& stack, Problems& problems) {
  const MapReader targets(node, "targets", problems);
  for (size_t i = 0; targets.is_map() && i < node.keys.size(); ++i) {
    MapReader map(node.items[i], "target " + node.keys[i].text, problems);
    const auto component = take_component(map, "component", names, problems);
    if (const auto part = take_part(map, names, problems); !part.empty())
      stack.target_parts[node.keys[i].text] = part;
    map.finish();
    stack.targets[node.keys[i].text] = component;
  }
}

void read_paths(const Node& node, const StackNames& names, StackFile& stack, Problems& problems) {
  const MapReader paths(node, "paths", problems);
  for (size_t i = 0; paths.is_map() && i < node.keys.size(); ++i) {
    const std::string& path = node.keys[i].text;
    if (!is_filled_list(node.items[i], "path " + path, nodes_max, problems)) continue;
    for (const Node& item : node.items[i].items) {
      MapReader map(item, "path " + path, problems);
      stack.paths.push_back({path, map.need_text("hop"),
                             take_component(map, "component", names, problems),
                             map.take_text("name")});
      map.finish();
    }
  }
}

void read_sql(const Node& node, const StackNames& names, BooksEntry& books, Problems& problems) {
  MapReader map(node, "books.sql", problems);
  books.sql_component = take_component(map, "component", names, problems);
  books.sql_user = map.need_text("user");
  books.sql_password = map.need_text("password");
  books.sql_database = map.need_text("database");
  books.sql_owner = map.take_text("owner", books.sql_user);
  books.sql_owner_password = map.take_text("owner_password", books.sql_password);
  if (const Node* tables = map.need("tables")) {
    books.sql = read_named_texts(*tables, "tables", problems);
  }
  map.finish();
}

void read_redis(const Node& node, const StackNames& names, BooksEntry& books, Problems& problems) {
  MapReader map(node, "books.redis", problems);
  books.redis_component = take_component(map, "component", names, problems);
  books.redis_password = map.take_text("password");
  const Node* streams = map.need("streams");
  map.finish();
  if (!streams) return;
  const MapReader tables(*streams, "streams", problems);
  for (size_t i = 0; tables.is_map() && i < streams->keys.size(); ++i) {
    MapReader stream(streams->items[i], "stream of " + streams->keys[i].text, problems);
    auto& [name, columns] = books.redis_streams[streams->keys[i].text];
    name = stream.need_text("stream");
    if (const Node* listed = stream.need("columns")) {
      columns = read_texts(*listed, "columns", problems);
    }
    stream.finish();
  }
}

BooksEntry read_books(const Node& node, const StackNames& names, Problems& problems) {
  MapReader map(node, "books", problems);
  BooksEntry books;
  if (const Node* sql = map.need("sql")) read_sql(*sql, names, books, problems);
  if (const Node* redis = map.take("redis")) read_redis(*redis, names, books, problems);
  // Each a section of its own: whose books they are, and one text about them.
  const auto read = [&](const char* key, std::string& component, const char* more_key,
                        std::string* more) {
    const Node* section = map.take(key);
    if (!section) return;
    MapReader one(*section, fmt::format("books.{}", key), problems);
    component = take_component(one, "component", names, problems);
    if (more) *more = one.need_text(more_key);
    one.finish();
  };
  const auto read_many = [&](const char* key, std::vector<std::string>& components,
                             std::string& path) {
    const Node* section = map.take(key);
    if (!section) return;
    MapReader many(*section, fmt::format("books.{}", key), problems);
    if (const Node* listed = many.need("components")) {
      components = read_components(*listed, "components", names, problems);
    }
    path = many.need_text("path");
    many.finish();
  };
  read("kafka", books.kafka_component, "topic", &books.kafka_topic);
  read("alerts", books.alerts_component, "", nullptr);
  if (const Node* reporting = map.take("reporting")) {
    MapReader one(*reporting, "books.reporting", problems);
    books.reporting_component = take_component(one, "component", names, problems);
    books.reporting_query = one.need_text("query");
    books.reporting_password = one.take_text("password");
    one.finish();
  }
  read_many("providers", books.provider_components, books.provider_path);
  read_many("streams", books.stream_components, books.stream_path);
  map.finish();
  return books;
}

RetryBudget read_retries(const Node& node, Problems& problems) {
  MapReader map(node, "retries", problems);
  RetryBudget budget;
  const auto duration = [&](const char* key, int64_t& ms) {
    if (const Node* given = map.need(key))
      ms = read_duration_ms(*given, key, 1, problems).value_or(1);
  };
  const auto count = [&](const char* key, int64_t& number) {
    if (const Node* given = map.need(key))
      number = static_cast<int64_t>(read_whole(*given, key, 0, INT32_MAX, problems).value_or(0));
  };
  duration("window", budget.window_ms);
  count("again_max", budget.again_max);
  count("percent_of_first", budget.percent_of_first);
  duration("short_pause", budget.short_pause_ms);
  count("short_pauses_max", budget.short_pauses_max);
  count("tries_at_first", budget.tries_at_first);
  duration("later_pause", budget.later_pause_ms);
  duration("regular_look", budget.regular_look_ms);
  map.finish();
  return budget;
}

// The vaults are there only where the stack has regions; elsewhere all of it lies with the ledger.
std::optional<ResidencyEntry> read_residency(const Node& node, const StackNames& names,
                                             Problems& problems) {
  MapReader map(node, "residency", problems);
  ResidencyEntry residency;
  residency.vault = map.need_text("vault");
  if (const Node* tables = map.need("tables")) {
    const auto listed = read_texts(*tables, "tables", problems);
    residency.tables = {listed.begin(), listed.end()};
  }
  if (const Node* homes = map.need("homes"))
    residency.homes = read_named_texts(*homes, "homes", problems);
  residency.marks = map.need_text("marks");
  if (const Node* shared = map.need("shared"))
    residency.shared = read_named_texts(*shared, "shared", problems);
  map.finish();
  if (std::ranges::find(names.components, residency.vault) == names.components.end()) return {};
  return residency;
}

BackupsEntry read_backups(const Node& node, const StackNames& names, Problems& problems) {
  MapReader map(node, "backups", problems);
  BackupsEntry backups;
  backups.component = take_component(map, "component", names, problems);
  backups.store = take_component(map, "store", names, problems);
  backups.restorer = take_component(map, "restores", names, problems);
  backups.keeper = take_component(map, "keeper", names, problems);
  if (const Node* keeps = map.take("keeps")) {
    backups.keeps = read_named_texts(*keeps, "keeps", problems);
    for (const auto& [kept, component] : backups.keeps)
      if (std::ranges::find(names.components, component) == names.components.end())
        problems.add(keeps->at, unknown("component", component, names.components));
  }
  backups.bucket = map.need_text("bucket");
  backups.stanza = map.need_text("stanza");
  if (const Node* key = map.need("key"))
    backups.key = read_one_of(*key, "key", names.secrets, problems).value_or("");
  backups.schema_query = map.need_text("schema");
  const auto duration = [&](const char* key, int64_t& ms) {
    if (const Node* given = map.need(key))
      ms = read_duration_ms(*given, key, 1, problems).value_or(1);
  };
  duration("hour", backups.policy.hour_ms);
  duration("full", backups.policy.full_ms);
  duration("incremental", backups.policy.incremental_ms);
  duration("retention", backups.policy.retention_ms);
  if (const Node* classes = map.need("classes"))
    backups.policy.classes = read_named_texts(*classes, "classes", problems);
  map.finish();
  return backups;
}

// What is wiped must not be written to meanwhile, so it must be stopped as well.
ResetEntry read_reset(const Node& node, const StackNames& names, Problems& problems) {
  MapReader map(node, "reset", problems);
  ResetEntry reset;
  const Node *stop = map.need("stop"), *data = map.take("data");
  if (stop) reset.stop = read_components(*stop, "stop", names, problems);
  if (data) reset.data = read_components(*data, "data", names, problems);
  if (const Node* sql = map.take("sql")) reset.sql = read_texts(*sql, "sql", problems);
  if (const Node* topics = map.take("topics")) {
    reset.topics = read_texts(*topics, "topics", problems);
  }
  map.finish();
  for (const std::string& name : reset.data) {
    if (std::ranges::find(reset.stop, name) != reset.stop.end()) continue;
    problems.add(data->at,
                 fmt::format("reset wipes the data of {}, which it does not stop", shown(name)));
  }
  return reset;
}

PublishingEntry read_publishing(const Node& node, const StackNames& names, Problems& problems) {
  MapReader map(node, "publishing", problems);
  PublishingEntry publishing;
  publishing.component = take_component(map, "component", names, problems);
  publishing.path = map.need_text("path");
  publishing.officers = take_component(map, "officers", names, problems);
  map.finish();
  return publishing;
}

EmergencyEntry read_emergency(const Node& node, const StackNames& names, Problems& problems) {
  MapReader map(node, "emergency", problems);
  EmergencyEntry emergency;
  emergency.component = take_component(map, "component", names, problems);
  emergency.path = map.need_text("path");
  emergency.field = map.need_text("field");
  emergency.officers = take_component(map, "officers", names, problems);
  map.finish();
  return emergency;
}

// The witness is there only where the stack has regions.
RegionsEntry read_lead(const Node& node, Problems& problems) {
  MapReader map(node, "regions", problems);
  RegionsEntry lead;
  lead.witness = map.need_text("witness");
  lead.secret = map.need_text("secret");
  if (const Node* port = map.need("port"))
    lead.port = static_cast<int>(read_whole(*port, "port", 1, 65'535, problems).value_or(1));
  lead.key = map.need_text("key");
  if (const Node* lease = map.need("lease"))
    lead.lease_ms = read_duration_ms(*lease, "lease", 1, problems).value_or(1);
  lead.field = map.need_text("field");
  lead.entries_path = map.need_text("entries");
  map.finish();
  return lead;
}

void read_sections(MapReader& root, const StackNames& names, StackFile& stack, Problems& problems) {
  if (const Node* targets = root.take("targets")) read_targets(*targets, names, stack, problems);
  if (const Node* paths = root.take("paths")) read_paths(*paths, names, stack, problems);
  if (const Node* consumers = root.take("consumers"))
    stack.consumer_component =
        read_one_of(*consumers, "component", names.components, problems).value_or("");
  if (const Node* publishing = root.take("publishing"))
    stack.publishing = read_publishing(*publishing, names, problems);
  if (const Node* emergency = root.take("emergency"))
    stack.emergency = read_emergency(*emergency, names, problems);
  if (const Node* regions = root.take("regions")) stack.lead = read_lead(*regions, problems);
  if (const Node* retries = root.take("retries")) stack.retries = read_retries(*retries, problems);
  if (const Node* books = root.need("books")) stack.books = read_books(*books, names, problems);
  if (const Node* residency = root.take("residency"))
    stack.residency = read_residency(*residency, names, problems);
  if (const Node* backups = root.take("backups"))
    stack.backups = read_backups(*backups, names, problems);
  if (const Node* reset = root.take("reset")) stack.reset = read_reset(*reset, names, problems);
  if (stack.residency && stack.reset) {  // what lies in the vaults goes with all the rest
    stack.reset->stop.push_back(stack.residency->vault);
    stack.reset->data.push_back(stack.residency->vault);
  }
}

}  // namespace

void read_platform(const Node& name, const StackNames& names, StackFile& stack,
                   Problems& problems) {
  const auto word = read_text(name, "platform", problems);
  if (!word) return;
  const std::filesystem::path stacks = std::filesystem::path(stack.path).parent_path();
  stack.platform_path = (stacks.parent_path() / "platforms" / (*word + ".yaml")).string();
  const auto text = read_file(stack.platform_path, platform_bytes_max);
  if (!text) return problems.add(name.at, text.error().message);
  auto tree = parse_tree(*text, Where{1, 1, 1}, Anchors::expanded);
  if (!tree) return problems.add_all(std::move(tree.error()));
  MapReader map(*tree, "platform", problems);
  if (!map.is_map()) return;
  if (const Node* own = map.need("platform"))
    stack.platform = read_own_name(*own, "platform", stack.platform_path, "", problems);
  map.take_text("title");
  read_sections(map, names, stack, problems);
  map.finish();
}

}  // namespace rehearse::yaml
