#include "undo/heal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "undo/journal.hpp"

namespace rehearse {
namespace {

Status heal_by_journal(Effects& runtime, const std::string& path,
                       const std::function<void(const std::string&)>& say) {
  std::vector<std::string> unreadable;
  const auto open = read_unhealed(path, &unreadable);
  if (!open) {
    say("what was planned is not known: " + open.error().message);
    return {};
  }
  for (const auto& line : unreadable) say(line);
  if (open->empty()) return {};
  const auto journal = Journal::resume(path, "undo");
  Status first = journal ? Status{} : std::unexpected(journal.error());
  for (const auto& fault : *open) {
    Status done = undo(runtime, fault.undo);
    if (done && journal) done = (*journal)->healed_by(fault.id, "undo");
    if (done) say(fmt::format("healed {} ({} on {})", fault.id, fault.fault, fault.target));
    if (!done) say(fmt::format("{} is not healed: {}", fault.id, done.error().message));
    if (!done && first) first = done;
  }
  return first;
}

}  // namespace

Status heal_and_scan(Effects& runtime, const std::string& run_dir,
                     const std::function<Result<std::vector<std::string>>()>& scan,
                     const std::function<void(const std::string&)>& say) {
  const Status healed =
      run_dir.empty() ? Status{} : heal_by_journal(runtime, run_dir + "/faults.jsonl", say);
  const auto left = scan();
  if (!left) return std::unexpected(left.error());
  if (left->empty()) return healed;
  return fail(ExitCode::machine, fmt::format("left behind: {}; `./rehearse down` takes the stack "
                                             "down, and these with it",
                                             fmt::join(*left, ", ")));
}

}  // namespace rehearse
