// rehearse validate SCENARIO…: parse and check without running.
#include <fmt/core.h>

#include <memory>

#include "cli/cli.hpp"

namespace rehearse {

void add_validate(Arguments& verb, Cli& cli) {
  auto names = std::make_shared<std::vector<std::string>>();
  verb.words("scenario", *names, "files or names");
  verb.action([names, &cli] {
    for (const auto& name : *names) {
      const auto scenario = load_scenario(cli.places, name, {});
      if (!scenario) {
        fmt::print(stderr, "{}\n", scenario.error().message);
        cli.exit = scenario.error().code;
      } else if (!cli.quiet) {
        fmt::print("{}: valid\n", name);
      }
    }
  });
}

}  // namespace rehearse
