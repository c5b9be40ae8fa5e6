// rehearse down: take down whatever stack of ours is on this machine.
#include <fmt/core.h>

#include "cli/cli.hpp"
#include "engine/active_stack.hpp"
#include "engine/machine.hpp"
#include "stack/bring_up.hpp"

namespace rehearse {
namespace {

ExitCode take_all_down(const Cli& cli) {
  const auto lock = MachineLock::take();
  if (!lock) return complain(lock.error());
  const auto runtime = open_runtime();
  const auto left = runtime->leftovers();
  if (!left) return complain(left.error());
  if (auto down = take_down(*runtime); !down) return complain(down.error());
  if (auto cleared = clear_active(); !cleared) return complain(cleared.error());
  if (!cli.quiet)
    fmt::print("{}\n",
               left->empty() ? "nothing was up" : fmt::format("took down {} things", left->size()));
  return ExitCode::expected;
}

}  // namespace

void add_down(Arguments& verb, Cli& cli) {
  verb.action([&cli] { cli.exit = take_all_down(cli); });
}

}  // namespace rehearse
