// Somebody has got in with the platform's own credentials. He tries to delete the newest backup, by
// the account that makes them and by the store's owner; then he takes the files of every database
// and ends the servers. Nothing is left of the primary's data but what the store kept.
//
// Heals by: the nodes start again and find their files given back. (Who has no such key restores:
// `restore_backup` shows that it can be done.)
// Effect: no database runs, each has lost its files, and every attempt at the store was refused.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <functional>

#include "base/parallel.hpp"
#include "faults/places.hpp"
#include "platform/backups.hpp"

namespace rehearse {
namespace {

class Ransomware final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    backups_.emplace(context.runtime, context.stack);
    if (!backups_->are_kept())
      return fail(ExitCode::inconclusive, "the stack has no store of backups");
    for (const Node* node : context.stack.of_twins(backups_->entry().component))
      nodes_.push_back(node->name);
    roles_ = roles_of(context, nodes_);
    return PlannedFault{context.entry.id,
                        "ransomware",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"start", nodes_}}};
  }

  // The backups first, as those do who want to be paid.
  Status inject(Effects& runtime) override {
    const auto newest = backups_->newest();
    if (!newest) return std::unexpected(newest.error());
    newest_ = newest->label;
    auto attempts = backups_->try_to_delete(newest_);
    if (!attempts) return std::unexpected(attempts.error());
    attempts_ = std::move(*attempts);
    // All at once: nobody is to hand over to somebody else meanwhile.
    std::vector<std::function<Status()>> jobs;
    for (const auto& node : nodes_)
      jobs.push_back([this, &runtime, &node]() -> Status {
        const auto taken = runtime.exec(node, {"ransom", "take"});
        if (!taken) return std::unexpected(taken.error());
        taken_bytes_ += std::atoll(taken->c_str());
        return {};
      });
    // Killed also where not all could be taken: nodes find their files given back when they start.
    const Status taken = run_parallel(jobs), killed = runtime.kill(nodes_);
    return taken ? killed : taken;
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto gone = all_gone(runtime);
    if (!gone) return std::unexpected(gone.error());
    if (!*gone || taken_bytes_ == 0) return std::nullopt;
    Evidence evidence{{"nodes_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                      {"roles_lost", roles_},
                      {"taken_bytes", std::to_string(taken_bytes_.load())},
                      {"backup", newest_}};
    for (const BackupDeletion& attempt : attempts_)
      evidence["deletion_by_" + attempt.account] =
          fmt::format("status {}, {}", attempt.status, attempt.kept == 1 ? "kept" : "gone");
    return evidence;
  }

  Result<bool> holds(Effects& runtime) override { return all_gone(runtime); }
  Result<Evidence> restored(Effects& runtime) override { return require_running(runtime, nodes_); }

 private:
  Result<bool> all_gone(Effects& runtime) const {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    return std::ranges::none_of(nodes_, [&](const std::string& node) {
      const auto state = states->find(node);
      return state == states->end() || state->second.running;
    });
  }

  std::optional<Backups> backups_;
  std::vector<std::string> nodes_;
  std::string roles_, newest_;
  std::vector<BackupDeletion> attempts_;
  std::atomic<int64_t> taken_bytes_ = 0;
};

}  // namespace

FaultSchema ransomware_schema() {
  return {"ransomware",
          "The files of every database are taken and its backups are to be deleted, by the "
          "platform's own credentials",
          Length::lasting,
          {}};
}
std::unique_ptr<Fault> make_ransomware() {
  return std::make_unique<Ransomware>();
}

}  // namespace rehearse
