#include "scenario/stack_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

namespace rehearse {
namespace {

struct Mistake {
  YAML::Mark mark;
  std::string message;
};

// A mapping whose keys must all be asked for: what is left over is a typo.
class Section {
 public:
  Section(const YAML::Node& node, std::string what) : node_(node), what_(std::move(what)) {
    if (!node.IsMap()) throw Mistake{node.Mark(), what_ + " must be a mapping"};
  }
  YAML::Node get(const std::string& key) {
    known_.insert(key);
    return node_[key];
  }
  YAML::Node need(const std::string& key) {
    YAML::Node found = get(key);
    if (!found) throw Mistake{node_.Mark(), fmt::format("{} needs `{}`", what_, key)};
    return found;
  }
  std::string text(const std::string& key, const std::string& fallback = "") {
    YAML::Node found = get(key);
    return found ? found.as<std::string>() : fallback;
  }
  void finish() const {
    for (const auto& item : node_) {
      const auto key = item.first.as<std::string>();
      if (known_.contains(key)) continue;
      const auto near = suggest(key, {known_.begin(), known_.end()});
      throw Mistake{item.first.Mark(), fmt::format("unknown key `{}` in {}{}", key, what_,
                                                   near ? "; did you mean `" + *near + "`?" : "")};
    }
  }

 private:
  YAML::Node node_;
  std::string what_;
  std::set<std::string> known_;
};

std::map<std::string, std::string> text_map(const YAML::Node& node) {
  std::map<std::string, std::string> texts;
  if (!node) return texts;
  // YAML's merge key, which yaml-cpp leaves to its users: own keys win over merged ones.
  for (const auto& item : node)
    if (item.first.as<std::string>() == "<<") texts = text_map(item.second);
  for (const auto& item : node)
    if (item.first.as<std::string>() != "<<")
      texts[item.first.as<std::string>()] = item.second.as<std::string>();
  return texts;
}

std::vector<std::string> text_list(const YAML::Node& node) {
  if (!node) return {};
  return node.as<std::vector<std::string>>();
}

std::vector<StackNodeEntry> read_nodes(Section& section, const std::string& component) {
  std::vector<StackNodeEntry> nodes;
  if (const auto named = section.get("nodes")) {
    for (const auto& item : named) {
      Section node(item.second, "node " + item.first.as<std::string>());
      nodes.push_back({item.first.as<std::string>(), node.need("zone").as<std::string>(),
                       node.need("host").as<int>(), text_map(node.get("env"))});
      node.finish();
    }
    return nodes;
  }
  const int host = section.need("host").as<int>();
  int number = 0;
  for (const auto& zone : text_list(section.need("zones")))
    nodes.push_back({fmt::format("{}-{}", component, ++number), zone, host, {}});
  return nodes;
}

constexpr int cpu_shares_min = 2, cpu_shares_max = 262'144;  // the kernel's own

ComponentEntry read_component(const std::string& name, const YAML::Node& node) {
  Section section(node, "component " + name);
  ComponentEntry component;
  component.name = name;
  component.party = section.text("party");
  component.image = section.text("image");
  component.binary = section.text("binary");
  component.args = text_list(section.get("args"));
  component.env = text_map(section.get("env"));
  component.nodes = read_nodes(section, name);
  component.after = text_list(section.get("after"));
  if (const auto port = section.get("port")) component.port = port.as<int>();
  component.health_path = section.text("health");
  component.roles = section.text("roles");
  if (const auto idle = section.get("idle"))
    component.idle = idle.as<std::map<std::string, int64_t>>();
  component.fence_path = section.text("fence");
  component.secrets = text_list(section.get("secrets"));
  if (const auto port = section.get("tls_port")) component.tls_port = port.as<int>();
  if (const auto shares = section.get("cpu_shares")) {
    component.cpu_shares = shares.as<int>();
    if (component.cpu_shares < cpu_shares_min || component.cpu_shares > cpu_shares_max)
      throw Mistake{shares.Mark(), fmt::format("`cpu_shares` must be {} to {}; 1024 is usual",
                                               cpu_shares_min, cpu_shares_max)};
  }
  section.finish();
  return component;
}

constexpr int secret_bytes_max = 1024;

SecretEntry read_secret(const std::string& name, const YAML::Node& node) {
  Section section(node, "secret " + name);
  SecretEntry secret{name, {}, 0};
  const auto certificate = section.get("certificate"), random = section.get("random");
  section.finish();
  if (certificate.IsDefined() == random.IsDefined())
    throw Mistake{node.Mark(), fmt::format("secret {} is a `certificate` for host names or some "
                                           "bytes that are `random`",
                                           name)};
  if (certificate) secret.certificate_names = text_list(certificate);
  if (random) secret.random_bytes = random.as<int>();
  if (random && (secret.random_bytes < 16 || secret.random_bytes > secret_bytes_max))
    throw Mistake{random.Mark(), fmt::format("`random` must be 16 to {} bytes", secret_bytes_max)};
  return secret;
}

// Every listed secret is there, and a TLS port has a certificate to show.
void check_secrets(const StackFile& stack, const YAML::Node& node) {
  std::vector<std::string> names;
  for (const auto& secret : stack.secrets) names.push_back(secret.name);
  for (const auto& component : stack.components) {
    bool certified = component.tls_port == 0;
    for (const auto& name : component.secrets) {
      const auto found = std::ranges::find(stack.secrets, name, &SecretEntry::name);
      if (found == stack.secrets.end()) {
        const auto near = suggest(name, names);
        throw Mistake{node.Mark(), fmt::format("component {} lists no secret of the stack: `{}`{}",
                                               component.name, name,
                                               near ? "; did you mean `" + *near + "`?" : "")};
      }
      certified |= found->random_bytes == 0;
    }
    if (!certified)
      throw Mistake{node.Mark(),
                    fmt::format("component {} has a tls_port but no certificate", component.name)};
  }
}

SettingEntry read_setting(const std::string& name, const YAML::Node& node) {
  Section section(node, "setting " + name);
  SettingEntry setting;
  setting.fallback = section.need("default").as<std::string>();
  if (const auto values = section.get("values"))
    for (const auto& item : values)
      setting.values[item.first.as<std::string>()] = text_map(item.second);
  setting.variable = section.text("variable");
  setting.free = !setting.variable.empty();
  section.finish();
  return setting;
}

BooksEntry read_books_entry(const YAML::Node& node) {
  Section section(node, "books");
  BooksEntry books;
  Section sql(section.need("sql"), "books.sql");
  books.sql_component = sql.text("component");
  books.sql_user = sql.text("user");
  books.sql_password = sql.text("password");
  books.sql_database = sql.text("database");
  books.sql = text_map(sql.need("tables"));
  sql.finish();
  if (const auto node_kafka = section.get("kafka")) {
    Section kafka(node_kafka, "books.kafka");
    books.kafka_component = kafka.text("component");
    books.kafka_topic = kafka.text("topic");
    kafka.finish();
  }
  if (const auto node_alerts = section.get("alerts")) {
    Section alerts(node_alerts, "books.alerts");
    books.alerts_component = alerts.need("component").as<std::string>();
    alerts.finish();
  }
  if (const auto node_reporting = section.get("reporting")) {
    Section reporting(node_reporting, "books.reporting");
    books.reporting_component = reporting.need("component").as<std::string>();
    books.reporting_query = reporting.need("query").as<std::string>();
    reporting.finish();
  }
  if (const auto node_providers = section.get("providers")) {
    Section providers(node_providers, "books.providers");
    books.provider_components = text_list(providers.need("components"));
    books.provider_path = providers.text("path");
    providers.finish();
  }
  if (const auto node_streams = section.get("streams")) {
    Section streams(node_streams, "books.streams");
    books.stream_components = text_list(streams.need("components"));
    books.stream_path = streams.text("path");
    streams.finish();
  }
  if (const auto node_redis = section.get("redis")) {
    Section redis(node_redis, "books.redis");
    books.redis_component = redis.need("component").as<std::string>();
    books.redis_password = redis.text("password");
    for (const auto& item : redis.need("streams")) {
      Section stream(item.second, "books.redis.streams");
      books.redis_streams[item.first.as<std::string>()] = {stream.need("stream").as<std::string>(),
                                                           text_list(stream.need("columns"))};
      stream.finish();
    }
    redis.finish();
  }
  section.finish();
  return books;
}

// What is said of a component that is not there would prove nothing.
std::vector<PathEntry> read_paths(const YAML::Node& node, const StackFile& stack) {
  std::vector<std::string> components;
  for (const auto& component : stack.components) components.push_back(component.name);
  std::vector<PathEntry> paths;
  for (const auto& path : node)
    for (const auto& item : path.second) {
      const auto name = path.first.as<std::string>();
      Section hop(item, "path " + name);
      PathEntry entry{name, hop.need("hop").as<std::string>(),
                      hop.need("component").as<std::string>(), hop.text("name")};
      hop.finish();
      if (std::ranges::find(components, entry.component) == components.end()) {
        const auto near = suggest(entry.component, components);
        throw Mistake{item.Mark(),
                      fmt::format("path {} leads through no component `{}`{}", name,
                                  entry.component, near ? "; did you mean `" + *near + "`?" : "")};
      }
      paths.push_back(std::move(entry));
    }
  return paths;
}

// What is wiped must not be written to meanwhile, so it must be stopped as well.
ResetEntry read_reset(const YAML::Node& node, const StackFile& stack) {
  Section section(node, "reset");
  ResetEntry reset;
  reset.stop = text_list(section.need("stop"));
  reset.sql = text_list(section.get("sql"));
  reset.topics = text_list(section.get("topics"));
  reset.data = text_list(section.get("data"));
  section.finish();
  std::vector<std::string> components;
  for (const auto& component : stack.components)
    if (!component.image.empty()) components.push_back(component.name);
  for (const auto* names : {&reset.stop, &reset.data})
    for (const auto& name : *names) {
      if (std::ranges::find(components, name) != components.end()) continue;
      const auto near = suggest(name, components);
      throw Mistake{node.Mark(), fmt::format("reset names no component `{}`{}", name,
                                             near ? "; did you mean `" + *near + "`?" : "")};
    }
  for (const auto& name : reset.data)
    if (std::ranges::find(reset.stop, name) == reset.stop.end())
      throw Mistake{node.Mark(),
                    fmt::format("reset wipes the data of {}, which it does not stop", name)};
  return reset;
}

void read_player_targets(const YAML::Node& node, StackFile& stack) {
  std::vector<std::string> components;
  for (const auto& component : stack.components) components.push_back(component.name);
  for (const auto& item : node) {
    const auto name = item.first.as<std::string>();
    Section section(item.second, "target " + name);
    const YAML::Node component = section.need("component");
    section.finish();
    const auto named = component.as<std::string>();
    if (std::ranges::find(components, named) == components.end()) {
      const auto near = suggest(named, components);
      throw Mistake{component.Mark(),
                    fmt::format("target {} names no component `{}`{}", name, named,
                                near ? "; did you mean `" + *near + "`?" : "")};
    }
    stack.targets[name] = named;
  }
}

StackFile read_root(const std::string& path, const YAML::Node& root) {
  Section section(root, "a stack");
  StackFile stack;
  stack.path = path;
  stack.name = section.need("stack").as<std::string>();
  stack.title = section.text("title");
  stack.subnet = section.need("subnet").as<std::string>();
  stack.control_address = section.need("control").as<std::string>();
  for (const auto& name : text_list(section.get("capabilities"))) stack.capabilities.insert(name);
  for (const auto& item : section.need("zones"))
    stack.zones.emplace_back(item.first.as<std::string>(), item.second.as<std::string>());
  for (const auto& item : section.need("components"))
    stack.components.push_back(read_component(item.first.as<std::string>(), item.second));
  if (const auto secrets = section.get("secrets"))
    for (const auto& item : secrets)
      stack.secrets.push_back(read_secret(item.first.as<std::string>(), item.second));
  check_secrets(stack, root);
  if (const auto settings = section.get("settings"))
    for (const auto& item : settings)
      stack.settings[item.first.as<std::string>()] =
          read_setting(item.first.as<std::string>(), item.second);
  stack.edge_component = section.need("edge").as<std::string>();
  if (const auto node = section.get("entry")) {
    Section entry(node, "entry");
    stack.entry_name = entry.need("name").as<std::string>();
    stack.dns_component = entry.need("dns").as<std::string>();
    entry.finish();
  }
  stack.players_node = section.need("players").as<std::string>();
  if (const auto paths = section.get("paths")) stack.paths = read_paths(paths, stack);
  if (const auto targets = section.get("targets")) read_player_targets(targets, stack);
  stack.books = read_books_entry(section.need("books"));
  if (const auto reset = section.get("reset")) stack.reset = read_reset(reset, stack);
  section.finish();
  return stack;
}

}  // namespace

Result<StackFile> read_stack_file(const std::string& path) {
  const auto at = [&path](const YAML::Mark& mark, const std::string& message) {
    return fail(ExitCode::usage,
                fmt::format("{}:{}:{}: {}", path, mark.line + 1, mark.column + 1, message));
  };
  try {
    return read_root(path, YAML::LoadFile(path));
  } catch (const Mistake& mistake) {
    return at(mistake.mark, mistake.message);
  } catch (const YAML::BadFile&) {
    return fail(ExitCode::usage, fmt::format("{}: no such stack file", path));
  } catch (const YAML::Exception& error) {
    return at(error.mark, error.msg);
  }
}

StackFacts facts_of(const StackFile& stack) {
  StackFacts facts;
  facts.name = stack.name;
  facts.capabilities = stack.capabilities;
  for (const auto& [target, component] : stack.targets) facts.targets.insert(target);
  for (const auto& [zone, prefix] : stack.zones) facts.zones.push_back(zone);
  for (const auto& component : stack.components) {
    for (const auto& node : component.nodes) {
      facts.nodes.push_back(node.name);
      if (!component.party.empty()) facts.parties[component.party].push_back(node.name);
    }
    const auto add = [&](const char* role) {
      facts.selectors.push_back(fmt::format("{}.{}", component.name, role));
    };
    if (component.roles == "patroni")
      for (const char* role : {"primary", "sync", "replica"}) add(role);
    if (component.roles == "redis")
      for (const char* role : {"master", "replica"}) add(role);
    if (component.roles == "writer") add("writer");
    if (component.roles == "active") add("active");
    if (component.roles == "kafka") add("controller");
  }
  for (const auto& [name, setting] : stack.settings) {
    auto& allowed = facts.settings[name];
    for (const auto& [value, env] : setting.values) allowed.push_back(value);
  }
  return facts;
}

}  // namespace rehearse
