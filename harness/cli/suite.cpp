// rehearse suite NAME: all scenarios of a suite, on as few stacks as they allow.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "cli/game_day.hpp"
#include "cli/suite_session.hpp"
#include "engine/machine.hpp"
#include "stack/stack.hpp"

namespace rehearse {
namespace {

struct SuiteArguments {
  std::string suite, out, rate;
  std::vector<std::string> overrides;
  bool plan = false;
};

// Every scenario must be playable before the first one is played; all errors are told at once.
Result<SuitePlan> plan_suite(const Cli& cli, const SuiteArguments& arguments) {
  auto suite = load_suite(cli.places, arguments.suite);
  if (!suite) return std::unexpected(suite.error());
  auto overrides = arguments.overrides;
  if (!arguments.rate.empty()) overrides.push_back("load.rate=" + arguments.rate);
  SuitePlan plan{std::move(*suite), {}, {}, {}, {}};
  std::string errors;
  for (const auto& name : plan.suite.scenarios) {
    auto scenario = load_scenario(cli.places, name, overrides);
    if (!scenario) {
      const std::string& error = scenario.error().message;  // of an override: the same for all
      if (errors.find(error) == std::string::npos) errors += (errors.empty() ? "" : "\n") + error;
      continue;
    }
    auto file = load_stack(cli.places, scenario->stack, scenario->parts);
    if (!file) return std::unexpected(file.error());
    const auto stack = make_stack(*file, scenario->stack_set);
    if (!stack) return std::unexpected(stack.error());
    auto runbooks = load_runbooks(cli.places, *scenario);
    if (!runbooks) return std::unexpected(runbooks.error());
    plan.items.push_back({name, scenario->stack, stack->settings, file->chosen});
    plan.scenarios.push_back(std::move(*scenario));
    plan.stacks.push_back(std::move(*file));
    plan.runbooks.push_back(std::move(*runbooks));
  }
  if (!errors.empty()) return fail(ExitCode::usage, errors);
  return plan;
}

ExitCode run_suite(const Cli& cli, const SuiteArguments& arguments) {
  (void)interrupted();
  const auto plan = plan_suite(cli, arguments);
  if (!plan) return complain(plan.error());
  if (arguments.plan) {
    print_game_day(plan->suite, plan->scenarios);
    return ExitCode::expected;
  }
  const std::string dir =
      arguments.out.empty() ? fmt::format("{}/runs/{}-suite-{}", cli.places.root,
                                          compact_utc(wall_ns()), plan->suite.name)
                            : std::filesystem::absolute(arguments.out).lexically_normal().string();
  std::error_code ignored;
  if (std::filesystem::exists(dir, ignored))
    return complain({ExitCode::usage, dir + " exists already: give another --out"});
  if (auto able = require_machine(cli.places.root + "/runs"); !able) return complain(able.error());
  const auto lock = MachineLock::take();
  if (!lock) return complain(lock.error());
  return SuiteSession(cli, *plan, dir).play();
}

}  // namespace

void add_suite(Arguments& verb, Cli& cli) {
  auto arguments = std::make_shared<SuiteArguments>();
  verb.word("suite", arguments->suite, "file or name, as `list suites` prints it", true);
  verb.text("--out", arguments->out, "folder of the suite and its runs");
  verb.text("--rate", arguments->rate, "of arrivals, e.g. 150/s; auto: what the machine can carry");
  verb.repeated("--set", arguments->overrides, "KEY=VALUE overrides a key of every scenario");
  verb.flag("--plan", arguments->plan,
            "print the game-day plan: roles, agenda, preflight, abort criteria, messages");
  verb.action([arguments, &cli] { cli.exit = run_suite(cli, *arguments); });
}

}  // namespace rehearse
