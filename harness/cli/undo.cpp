// rehearse undo: heal every residue of every interrupted run; safe to repeat. Faults are undone
// from the journal; a stack that nobody asked to keep is taken down.
#include <fmt/core.h>

#include "cli/cli.hpp"
#include "engine/active_stack.hpp"
#include "engine/machine.hpp"
#include "stack/bring_up.hpp"
#include "undo/journal.hpp"

namespace rehearse {
namespace {

// One that cannot be healed keeps none of the others from it.
Status heal_faults(Effects& runtime, const std::string& run_dir, bool quiet) {
  const std::string path = run_dir + "/faults.jsonl";
  const auto open = read_unhealed(path);
  if (!open) return std::unexpected(open.error());
  if (open->empty()) return {};
  const auto journal = Journal::resume(path, "undo");
  Status first = journal ? Status{} : std::unexpected(journal.error());
  for (const auto& fault : *open) {
    Status done = undo(runtime, fault.undo);
    if (done && journal) done = (*journal)->healed_by(fault.id, "undo");
    if (done && !quiet) fmt::print("healed {} ({} on {})\n", fault.id, fault.fault, fault.target);
    if (!done && first) first = done;
  }
  return first;
}

ExitCode undo_all(const Cli& cli) {
  const auto lock = MachineLock::take();
  if (!lock) return complain(lock.error());
  const auto runtime = open_runtime();
  const auto active = read_active();
  if (!active) return complain(active.error());
  if (active->kept) {
    if (active->run_dir.empty()) return ExitCode::expected;
    const auto healed = heal_faults(*runtime, active->run_dir, cli.quiet);
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
