// rehearse validate SCENARIO…: parse and check without running; of a suite, its scenarios too; also
// a load profile or a runbook by its file.
#include <fmt/core.h>

#include <memory>

#include "base/files.hpp"
#include "cli/cli.hpp"
#include "cli/foreseen.hpp"
#include "cli/profiles.hpp"

namespace rehearse {
namespace {

using Overrides = std::vector<std::string>;

ExitCode validate_scenario(const Places& places, const std::string& name,
                           const Overrides& overrides, bool quiet) {
  const auto scenario = load_scenario(places, name, overrides);
  if (!scenario) {
    fmt::print(stderr, "{}\n", scenario.error().message);
    return scenario.error().code;
  }
  const auto stack = load_stack(places, scenario->stack, scenario->parts);
  if (!stack) return complain(stack.error());
  const auto runbooks = load_runbooks(places, *scenario);
  if (!runbooks) {
    fmt::print(stderr, "{}\n", runbooks.error().message);
    return runbooks.error().code;
  }
  if (quiet) return ExitCode::expected;
  for (const auto& line : foreseen_lines(foresee(*scenario, *stack, *runbooks)))
    fmt::print("{}: {}\n", scenario->name, line);
  return ExitCode::expected;
}

ExitCode validate_suite(const Places& places, const std::string& name, const Overrides& overrides,
                        bool quiet) {
  const auto suite = load_suite(places, name);
  if (!suite) {
    fmt::print(stderr, "{}\n", suite.error().message);
    return suite.error().code;
  }
  ExitCode exit = ExitCode::expected;
  for (const auto& scenario : suite->scenarios)
    exit = worse(exit, validate_scenario(places, scenario, overrides, quiet));
  return exit;
}

std::optional<ExitCode> validate_profile(const std::string& path) {
  const auto text = given_text(path);
  if (!text || !is_profile(*text)) return std::nullopt;
  const auto profile = load_profile(path);
  if (profile) return ExitCode::expected;
  fmt::print(stderr, "{}\n", profile.error().message);
  return profile.error().code;
}

std::optional<ExitCode> validate_runbook(const Places& places, const std::string& path) {
  const auto text = given_text(path);
  if (!text || !is_runbook(*text)) return std::nullopt;
  const auto people = load_people(places);
  const auto runbook =
      people ? load_runbook(places, path, *people) : std::unexpected(people.error());
  if (runbook) return ExitCode::expected;
  fmt::print(stderr, "{}\n", runbook.error().message);
  return runbook.error().code;
}

ExitCode validate(const Places& places, const std::string& name, const Overrides& overrides,
                  bool quiet) {
  if (const auto exit = validate_profile(name)) return *exit;
  if (const auto exit = validate_runbook(places, name)) return *exit;
  return names_suite(places, name) ? validate_suite(places, name, overrides, quiet)
                                   : validate_scenario(places, name, overrides, quiet);
}

}  // namespace

void add_validate(Arguments& verb, Cli& cli) {
  auto names = std::make_shared<std::vector<std::string>>();
  verb.words("scenario", *names, "files or names, of suites, profiles and runbooks too");
  auto overrides = std::make_shared<Overrides>();
  verb.repeated("--set", *overrides, "KEY=VALUE overrides a key of each, as `run` would");
  verb.action([names, overrides, &cli] {
    for (const auto& name : *names) {
      const ExitCode exit = validate(cli.places, name, *overrides, cli.quiet);
      if (exit == ExitCode::expected && !cli.quiet) fmt::print("{}: valid\n", name);
      cli.exit = worse(cli.exit, exit);
    }
  });
}

}  // namespace rehearse
