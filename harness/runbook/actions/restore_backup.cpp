// The newest backup is restored into a clean place, which reaches nobody but the store: to the
// moment at which it was begun, because everything until then is certainly archived, also where no
// database is left to ask. Nothing to take back: nobody plays on it. Seen: the node says that it
// restored.
#include <fmt/format.h>

#include "platform/backups.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class RestoreBackup final : public Action {
 public:
  Status give(const ActionContext& context) override {
    Backups backups(*context.effects, context.stack);
    if (!backups.are_kept() || !backups.restorer())
      return fail(ExitCode::machine, "the stack has no node that restores go to");
    const auto newest = backups.newest();
    if (!newest) return std::unexpected(newest.error());
    target_at_ = newest->started_at;
    return backups.begin_restore("", target_at_);
  }
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto restore = Backups(*context.effects, context.stack).restored("");
    if (!restore) return std::unexpected(restore.error());
    if (!*restore || (*restore)->outcome.empty()) return std::nullopt;
    if ((*restore)->outcome != "ok")
      return fail(ExitCode::machine, fmt::format("the restore ended as {}: {}", (*restore)->outcome,
                                                 (*restore)->error));
    return Evidence{{"backup", (*restore)->label},
                    {"to", target_at_},
                    {"bytes", std::to_string((*restore)->restored_bytes)},
                    {"restore_ms", std::to_string((*restore)->restore_ms)},
                    {"replay_ms", std::to_string((*restore)->replay_ms)}};
  }

 private:
  std::string target_at_;
};

}  // namespace

ActionSchema restore_backup_action_schema() {
  return {"restore_backup",
          "The newest backup is restored into a clean place, apart from everybody", false, true};
}
std::unique_ptr<Action> make_restore_backup_action(const StepAction&) {
  return std::make_unique<RestoreBackup>();
}

}  // namespace rehearse
