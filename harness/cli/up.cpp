// rehearse up [STACK]: the stack alone, left up.
#include <unistd.h>

#include <memory>

#include "cli/cli.hpp"
#include "engine/machine.hpp"

namespace rehearse {
namespace {

ExitCode raise_stack(const Cli& cli, const std::string& name, const std::string& parts,
                     const std::vector<std::string>& overrides) {
  (void)interrupted();
  const auto stack = load_stack(cli.places, name, names_in(parts));
  if (!stack) return complain(stack.error());
  std::map<std::string, std::string> settings;
  for (const auto& item : overrides) {
    const auto equals = item.find('=');
    if (equals == std::string::npos)
      return complain({ExitCode::usage, "--set wants SETTING=VALUE, not `" + item + "`"});
    settings[item.substr(0, equals)] = item.substr(equals + 1);
  }
  if (auto able = require_machine(cli.places.root); !able) return complain(able.error());
  const auto lock = MachineLock::take();
  if (!lock) return complain(lock.error());
  LiveView live(cli.quiet, obeys_escapes(STDERR_FILENO));
  const Status done = raise_and_keep(*stack, settings, cli.places, interrupted, live);
  live.clear();
  return done ? ExitCode::expected : complain(done.error());
}

}  // namespace

void add_up(Arguments& verb, Cli& cli) {
  auto name = std::make_shared<std::string>("one-region");
  auto parts = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  verb.word("stack", *name, "as `list stacks` prints it", false);
  verb.text("--parts", *parts, "only these, e.g. core,games; `explain STACK` names them");
  verb.repeated("--set", *overrides, "SETTING=VALUE of the stack, e.g. postgres.profile=fast");
  verb.action(
      [name, parts, overrides, &cli] { cli.exit = raise_stack(cli, *name, *parts, *overrides); });
}

}  // namespace rehearse
