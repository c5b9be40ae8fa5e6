#include "engine/run_facts.hpp"

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "base/sha256.hpp"
#include "engine/play.hpp"
#include "load/behaviour.hpp"
#include "scenario/stack_parts.hpp"

namespace rehearse {

Result<std::unique_ptr<HistoryWriter>> begin_history(const std::string& run_dir, const Run& run,
                                                     const HistoryRoom& room) {
  // Keys of two runs on one stack must differ; everything else about them comes from the seed.
  const std::string key = "k" + sha256_hex(run.id + rfc3339(run.started_wall_ns)).substr(0, 8);
  return HistoryWriter::create(run_dir + "/history.bin", key, room.operations, room.attempts);
}

std::vector<std::string> target_names_of(const StackFile& stack) {
  std::vector<std::string> names;
  for (const auto& [name, component] : stack.targets) names.push_back(name);
  return names;
}

Run run_facts_of(const RehearsalOptions& options, const LoadPlan& plan) {
  const Scenario& scenario = options.scenario;
  Run run;
  run.started_wall_ns = wall_ns();
  run.id = options.out_dir.substr(options.out_dir.rfind('/') + 1);
  run.scenario = scenario.name;
  run.title = scenario.title;
  run.tier = scenario.tier;
  run.stack = scenario.stack;
  run.seed = scenario.seed;
  run.targets = scenario.targets;
  run.audited = true;
  run.audit_key = ed25519_public(options.audit_secret);
  run.retries = options.stack.retries;
  run.backup_policy = options.stack.backups.policy;
  run.checks = scenario.checks;
  run.expect_fail = scenario.expect_fail;
  run.capabilities = options.stack.capabilities;
  run.parts = options.stack.chosen;
  run.left_out = parts_left_out(options.stack);
  run.scenario_sha256 = sha256_hex(scenario.as_run_yaml);
  if (const auto& known = options.known_rate) {
    run.auto_rate_per_s = known->rate_per_s;
    run.auto_rate_why = known->why;
  }
  run.not_played = without_target(load_profile_of(scenario.play), target_names_of(options.stack));
  run.kinds_planned.emplace();
  for (const OperationKind kind : kinds_of(plan.profile))
    run.kinds_planned->emplace_back(name_of(kind));
  return run;
}

}  // namespace rehearse
