// rehearse run SCENARIO…: raise the stack, rehearse, check, report, take the stack down.
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "cli/cli.hpp"
#include "cli/foreseen.hpp"
#include "cli/judged.hpp"
#include "engine/machine.hpp"
#include "engine/table_top.hpp"
#include "reports/repeats.hpp"

namespace rehearse {
namespace {

struct RunArguments {
  std::vector<std::string> scenarios, overrides;
  std::string out, rate, seed, sign_key;
  bool keep = false, reuse = false, table_top = false;
  uint64_t repeat = 1;
};

// The run has its folder's name, also where a slash ends it.
std::string out_folder(const std::string& out) {
  const auto path = std::filesystem::absolute(out).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).string();
}

std::string run_folder(const Cli& cli, const RunArguments& arguments, const Scenario& scenario) {
  if (!arguments.out.empty()) return out_folder(arguments.out);
  return fmt::format("{}/runs/{}-{}-{}", cli.places.root, compact_utc(wall_ns()), scenario.name,
                     scenario.seed);
}

std::vector<std::string> overrides_of(const RunArguments& arguments) {
  auto overrides = arguments.overrides;
  if (!arguments.rate.empty()) overrides.push_back("load.rate=" + arguments.rate);
  if (!arguments.seed.empty()) overrides.push_back("seed=" + arguments.seed);
  return overrides;
}

// How much longer the steady phase lasts, so that faults meet leases and loops at another moment
// each time: by the golden ratio no part of ten seconds is left out, however many times there are.
int64_t phase_ms(uint64_t time) {
  constexpr double loops_ms = 10'000, golden_share = 0.618'033'988'749'895;
  const double turns = golden_share * static_cast<double>(time);
  return static_cast<int64_t>(loops_ms * (turns - std::floor(turns)));
}

// `time`: which of --repeat, from 0. A folder with a report is added to `dirs`.
ExitCode run_once(const Cli& cli, const RunArguments& arguments, const std::string& name,
                  uint64_t time, std::vector<std::string>& dirs) {
  auto scenario = load_scenario(cli.places, name, overrides_of(arguments));
  if (!scenario) return complain(scenario.error());
  if (time > 0) {
    scenario->steady_ms += phase_ms(time);
    *scenario = with_seed(*scenario, scenario->seed + time, catalogue().faults);
  }
  auto stack = load_stack(cli.places, scenario->stack, scenario->parts);
  if (!stack) return complain(stack.error());
  auto runbooks = load_runbooks(cli.places, *scenario);
  if (!runbooks) return complain(runbooks.error());
  RehearsalOptions options{
      *scenario,      *stack,          cli.places, run_folder(cli, arguments, *scenario),
      arguments.keep, arguments.reuse, interrupted};
  options.runbooks = std::move(*runbooks);
  if (!arguments.sign_key.empty()) {
    auto secret = read_secret_key(arguments.sign_key);
    if (!secret) return complain(secret.error());
    options.audit_secret = std::move(*secret);
  }
  std::error_code ignored;
  if (std::filesystem::exists(options.out_dir, ignored))
    return complain({ExitCode::usage, options.out_dir + " exists already: give another --out"});

  if (arguments.table_top) {
    const Status played = rehearse_table_top(
        options, STDIN_FILENO, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
    return played ? judge_and_report(options.out_dir, true) : complain(played.error());
  }
  LiveView live(cli.quiet, obeys_escapes(STDERR_FILENO));
  live.say(fmt::format("{}: {}", scenario->name, scenario->title));
  for (const auto& line : foreseen_lines(foresee(*scenario, *stack, options.runbooks)))
    live.say("  " + line);
  const Status played =
      contained([&] { return rehearse_scenario(options, live); },
                [&] { return options.reuse ? Status{} : take_active_down(live); });
  live.clear();
  if (!played) return complain(played.error());
  dirs.push_back(options.out_dir);
  return judge_and_report(options.out_dir, true);
}

void print_repeats(const std::string& name, const std::vector<std::string>& dirs) {
  std::vector<RunFigures> runs;
  for (const auto& dir : dirs)
    if (const auto text = read_file(dir + "/report.json"))
      if (auto run = figures_of(dir, *text)) runs.push_back(std::move(*run));
  fmt::print("\n{} · {} times, each at another moment of leases and loops\n", name, runs.size());
  std::fflush(stdout);
  write_repeats(std::cout, runs);
  std::cout << std::flush;
}

Status require_readable(const Places& places, const std::string& name,
                        const std::vector<std::string>& overrides) {
  const auto scenario = load_scenario(places, name, overrides);
  if (!scenario) return std::unexpected(scenario.error());
  const auto runbooks = load_runbooks(places, *scenario);
  return runbooks ? Status{} : std::unexpected(runbooks.error());
}

ExitCode run_all(const Cli& cli, const RunArguments& arguments) {
  (void)interrupted();
  if (!arguments.out.empty() && (arguments.scenarios.size() > 1 || arguments.repeat > 1))
    return complain({ExitCode::usage, "--out takes one run: not several scenarios or --repeat"});
  // Every scenario must be readable before the first one is played.
  for (const auto& name : arguments.scenarios)
    if (auto readable = require_readable(cli.places, name, overrides_of(arguments)); !readable)
      return complain(readable.error());
  ExitCode exit = ExitCode::expected;
  std::vector<std::string> dirs;
  if (arguments.table_top) {
    for (const auto& name : arguments.scenarios)
      if (!interrupted()) exit = worse(exit, run_once(cli, arguments, name, 0, dirs));
    return interrupted() ? ExitCode::interrupted : exit;
  }
  if (auto able = require_machine(cli.places.root + "/runs"); !able) return complain(able.error());
  auto lock = MachineLock::take();
  if (!lock) return complain(lock.error());
  for (const auto& name : arguments.scenarios) {
    dirs.clear();
    for (uint64_t i = 0; i < arguments.repeat && !interrupted(); ++i)
      exit = worse(exit, run_once(cli, arguments, name, i, dirs));
    if (dirs.size() > 1) print_repeats(name, dirs);
  }
  return interrupted() ? ExitCode::interrupted : exit;
}

}  // namespace

void add_run(Arguments& verb, Cli& cli) {
  auto arguments = std::make_shared<RunArguments>();
  verb.words("scenario", arguments->scenarios, "files or names");
  verb.text("--out", arguments->out, "folder of the run");
  verb.text("--seed", arguments->seed, "instead of the scenario's");
  verb.number("--repeat", arguments->repeat,
              "times, each with the next seed and at another moment of leases", 1, 1000);
  verb.text("--rate", arguments->rate, "of arrivals, e.g. 150/s; auto: what the machine can carry");
  verb.repeated("--set", arguments->overrides, "KEY=VALUE overrides a key of the scenario");
  verb.flag("--table-top", arguments->table_top,
            "people and the clock alone: walk through the scenario's runbooks");
  verb.text("--sign-key", arguments->sign_key,
            "file with the secret key that ends the audit trail");
  verb.flag("--keep", arguments->keep, "leave the stack up");
  verb.flag("--reuse", arguments->reuse,
            "use the stack that is up; it is reset first where it was used");
  verb.action([arguments, &cli] { cli.exit = run_all(cli, *arguments); });
}

}  // namespace rehearse
