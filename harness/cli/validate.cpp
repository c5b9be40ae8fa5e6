// rehearse validate SCENARIO…: parse and check without running; of a suite, its scenarios too.
#include <fmt/core.h>

#include <memory>

#include "cli/cli.hpp"

namespace rehearse {
namespace {

ExitCode validate_scenario(const Places& places, const std::string& name) {
  const auto scenario = load_scenario(places, name, {});
  if (scenario) return ExitCode::expected;
  fmt::print(stderr, "{}\n", scenario.error().message);
  return scenario.error().code;
}

ExitCode validate_suite(const Places& places, const std::string& name) {
  const auto suite = load_suite(places, name);
  if (!suite) {
    fmt::print(stderr, "{}\n", suite.error().message);
    return suite.error().code;
  }
  ExitCode exit = ExitCode::expected;
  for (const auto& scenario : suite->scenarios)
    exit = worse(exit, validate_scenario(places, scenario));
  return exit;
}

}  // namespace

void add_validate(Arguments& verb, Cli& cli) {
  auto names = std::make_shared<std::vector<std::string>>();
  verb.words("scenario", *names, "files or names, of suites too");
  verb.action([names, &cli] {
    for (const auto& name : *names) {
      const ExitCode exit = names_suite(cli.places, name) ? validate_suite(cli.places, name)
                                                          : validate_scenario(cli.places, name);
      if (exit == ExitCode::expected && !cli.quiet) fmt::print("{}: valid\n", name);
      cli.exit = worse(cli.exit, exit);
    }
  });
}

}  // namespace rehearse
