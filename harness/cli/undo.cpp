// rehearse undo: heal every residue of every interrupted run; safe to repeat. Faults are undone
// from the journal, and a scan of what is there has the last word; a stack that nobody asked to
// keep is taken down.
#include <fmt/core.h>

#include "cli/cli.hpp"
#include "engine/active_stack.hpp"
#include "engine/machine.hpp"
#include "platform/residue.hpp"
#include "stack/bring_up.hpp"
#include "undo/heal.hpp"

namespace rehearse {
namespace {

Status undo_on_kept_stack(Effects& runtime, const ActiveStack& active, const Cli& cli) {
  const auto scan = [&]() -> Result<std::vector<std::string>> {
    const auto file = load_stack(cli.places, active.stack, active.parts);
    if (!file) return std::unexpected(file.error());
    const auto stack = make_stack(*file, active.settings);
    if (!stack) return std::unexpected(stack.error());
    return residue_of(runtime, *stack);
  };
  return heal_and_scan(runtime, active.run_dir, scan, [&cli](const std::string& text) {
    if (!cli.quiet) fmt::print("{}\n", text);
  });
}

ExitCode undo_all(const Cli& cli) {
  const auto lock = MachineLock::take();
  if (!lock) return complain(lock.error());
  const auto runtime = open_runtime();
  const auto active = read_active();
  if (!active) return complain(active.error());
  if (active->kept) {
    const auto healed = undo_on_kept_stack(*runtime, *active, cli);
    return healed ? ExitCode::expected : complain(healed.error());
  }
  const auto left = runtime->leftovers();
  if (!left) return complain(left.error());
  // Taking the stack down undoes every fault on it as well: nothing of it is left to heal.
  if (auto down = take_down(*runtime); !down) return complain(down.error());
  if (auto cleared = clear_active(); !cleared) return complain(cleared.error());
  if (!cli.quiet)
    fmt::print("{}\n", left->empty()
                           ? "nothing to undo"
                           : fmt::format("removed {} things of an interrupted run", left->size()));
  return ExitCode::expected;
}

}  // namespace

void add_undo(Arguments& verb, Cli& cli) {
  verb.action([&cli] { cli.exit = undo_all(cli); });
}

}  // namespace rehearse
