#include "faults/redis.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rehearse {

Result<std::vector<std::string>> resolve_redis(const FaultContext& context) {
  const auto& components = context.stack.file.components;
  const auto redis = std::ranges::find(components, "redis", &ComponentEntry::roles);
  if (redis == components.end()) return fail(ExitCode::inconclusive, "the stack has no Redis");
  const auto given = context.entry.params.find("target");
  const Target master{{}, redis->name + ".master", 0};
  auto nodes = resolve_nodes(
      context, given == context.entry.params.end() ? master : std::get<Target>(given->second));
  if (!nodes) return nodes;
  for (const auto& node : *nodes)
    if (context.stack.component_of(*context.stack.find(node)).roles != "redis")
      return fail(ExitCode::inconclusive, fmt::format("{} is no node of Redis", node));
  return nodes;
}

std::string redis_password(const FaultContext& context, const std::string& node) {
  const auto& env = context.stack.find(node)->env;
  const auto password = env.find("REDIS_PASSWORD");
  return password == env.end() ? "" : password->second;
}

std::vector<std::string> redis_cli(const std::string& password, int database,
                                   const std::vector<std::string>& command) {
  std::vector<std::string> argv = {"redis-cli", "--no-auth-warning", "-n",
                                   std::to_string(database)};
  if (!password.empty()) argv.insert(argv.end(), {"-a", password});
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

}  // namespace rehearse
