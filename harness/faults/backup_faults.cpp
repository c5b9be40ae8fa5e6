// What happens to backups: somebody tries to delete the newest one, by the account that makes them
// and by the store's owner; somebody who has that account puts garbage over it; the store cannot be
// reached from the database; the key without which backups are noise is gone from every node.
//
// Heals by: an attempt that is refused leaves nothing, and what was put over a backup nobody can
// take back. A key that is lost comes back by a runbook, or when the rehearsal is over. Where the
// store cannot be reached, the rules' elements go; they expire by themselves. Effect: the store's
// answers; another checksum; packets dropped, and WAL that waits; no node can tell what lies in the
// store.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/places.hpp"
#include "platform/backups.hpp"

namespace rehearse {
namespace {

// Of the newest backup.
class BackupFault : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    backups_.emplace(context.runtime, context.stack);
    if (!backups_->are_kept())
      return fail(ExitCode::inconclusive, "the stack has no store of backups");
    auto newest = backups_->newest();
    if (!newest) return std::unexpected(newest.error());
    newest_ = std::move(*newest);
    return PlannedFault{context.entry.id, context.entry.fault, newest_.label, {}};
  }
  Result<Evidence> restored(Effects&) override { return Evidence{}; }
  bool disruptive() const override { return false; }

 protected:
  std::optional<Backups> backups_;
  Backup newest_;
};

class BackupDeleteAttempt final : public BackupFault {
 public:
  Status inject(Effects&) override {
    auto attempts = backups_->try_to_delete(newest_.label);
    if (!attempts) return std::unexpected(attempts.error());
    attempts_ = std::move(*attempts);
    return {};
  }
  Result<std::optional<Evidence>> effect(Effects&) override {
    Evidence evidence{{"object", attempts_.front().object}};
    for (const BackupDeletion& attempt : attempts_)
      evidence["by_" + attempt.account] =
          fmt::format("status {}, {}", attempt.status, attempt.kept == 1 ? "kept" : "gone");
    return evidence;
  }

 private:
  std::vector<BackupDeletion> attempts_;
};

class BackupCorrupt final : public BackupFault {
 public:
  // Another may have been made since the plan: that one would be restored, and is whole.
  Status inject(Effects&) override {
    auto newest = backups_->newest();
    if (!newest) return std::unexpected(newest.error());
    newest_ = std::move(*newest);
    return backups_->spoil(newest_.label);
  }
  Result<std::optional<Evidence>> effect(Effects&) override {
    const auto now = backups_->checksum_of(newest_);
    if (!now) return std::unexpected(now.error());
    if (now->empty() || *now == newest_.checksum) return std::nullopt;  // empty: it cannot be read
    return Evidence{
        {"backup", newest_.label}, {"checksum_before", newest_.checksum}, {"checksum", *now}};
  }
};

class KeyLoss final : public BackupFault {
 public:
  Status inject(Effects&) override { return backups_->lose_key(); }
  Result<std::optional<Evidence>> effect(Effects&) override {
    const auto opened = backups_->newest();
    if (opened) return std::nullopt;
    return Evidence{{"key", newest_.key_id}, {"said", opened.error().message}};
  }
};

class ArchiveFailure final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    backups_.emplace(context.runtime, context.stack);
    const BackupsEntry& entry = backups_->entry();
    for (const Node* node : context.stack.of_twins(entry.component))
      databases_.push_back(node->name);
    for (const Node* node : context.stack.of_component(entry.store)) stores_.push_back(node->name);
    if (stores_.empty()) return fail(ExitCode::inconclusive, "the stack has no store of backups");
    const auto primary = context.platform().holder_of(context.view, Purpose::ledger, Rank::leader);
    if (!primary) return std::unexpected(primary.error());
    primary_ = *primary;
    return PlannedFault{context.entry.id,
                        "archive_failure",
                        fmt::format("{}", fmt::join(stores_, ", ")),
                        {{"uncut", databases_, fmt::format("{}", fmt::join(stores_, ","))}}};
  }
  // What has been written so far is to be archived at once: what is archived seldom would not fail.
  Status inject(Effects& runtime) override {
    if (auto cut = refresh(runtime); !cut) return cut;
    const auto segment = backups_->end_segment(primary_);
    if (!segment) return std::unexpected(segment.error());
    waiting_ = *segment;
    return {};
  }
  Status refresh(Effects& runtime) override {
    return runtime.cut(databases_, stores_, cut_timeout_ms);
  }
  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto border = look_at_border(runtime, databases_, stores_);
    if (!border) return std::unexpected(border.error());
    if (!border->whole || border->dropped.sum() == 0) return std::nullopt;
    return Evidence{{"waiting", waiting_},
                    {"packets_dropped_at_effect", std::to_string(border->dropped.sum())}};
  }
  Result<bool> holds(Effects& runtime) override {
    const auto border = look_at_border(runtime, databases_, stores_);
    if (!border) return std::unexpected(border.error());
    return border->whole;
  }
  Evidence afterwards(Effects& runtime) override {
    Evidence evidence = packets_dropped(runtime, databases_, stores_);
    if (const auto last = backups_->last_archived(primary_)) evidence["last_archived"] = *last;
    return evidence;
  }
  Result<Evidence> restored(Effects& runtime) override {
    return require_open_border(runtime, databases_, stores_);
  }
  bool disruptive() const override { return false; }

 private:
  std::optional<Backups> backups_;
  std::vector<std::string> databases_, stores_;
  std::string primary_, waiting_;
};

}  // namespace

FaultSchema backup_delete_attempt_schema() {
  return {"backup_delete_attempt",
          "The newest backup is to be deleted, by who makes backups and by the store's owner",
          Length::once,
          {}};
}
std::unique_ptr<Fault> make_backup_delete_attempt() {
  return std::make_unique<BackupDeleteAttempt>();
}

FaultSchema backup_corrupt_schema() {
  return {"backup_corrupt",
          "Garbage is put over the newest backup, by the account that makes them",
          Length::once,
          {}};
}
std::unique_ptr<Fault> make_backup_corrupt() {
  return std::make_unique<BackupCorrupt>();
}

FaultSchema key_loss_schema() {
  return {
      "key_loss",
      "The key of the backups is gone from every node, and stays so until escrow releases a copy",
      Length::once,
      {}};
}
std::unique_ptr<Fault> make_key_loss() {
  return std::make_unique<KeyLoss>();
}

FaultSchema archive_failure_schema() {
  return {"archive_failure",
          "The database cannot reach the store of backups: its WAL waits",
          Length::lasting,
          {}};
}
std::unique_ptr<Fault> make_archive_failure() {
  return std::make_unique<ArchiveFailure>();
}

}  // namespace rehearse
