// Proves that what the platform declares of its backups is what was done: a full one and increments
// in their time, each encrypted, whole, kept long enough, and out of reach of whoever could destroy
// its data; that nobody could delete a version; that they were restored; and that every class of
// data is among them, or says why not.
// From: the declared policy, backups (the tool's catalogue at the end), kept_copies (of what lies
// elsewhere than in the database), backup_deletions, restores.
// Cannot see: whether the key itself is kept where it should be; garbage over a backup's data, for
// checksums are of its list of files: only a restore finds that.
#include <algorithm>
#include <vector>

#include "base/clock.hpp"
#include "checks/examination.hpp"
#include "checks/instants.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

constexpr int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms;
// What the field asks for: a full one a day, increments every one to three hours, kept for 7 to 90
// days.
constexpr int64_t full_ms_max = day_ms, incremental_ms_max = 3 * hour_ms;
constexpr int64_t retention_ms_min = 7 * day_ms, retention_ms_max = 90 * day_ms;
constexpr int64_t locked_ms_min = 7 * day_ms;
constexpr std::string_view cipher = "aes-256-cbc";

std::string in_hours(int64_t ms) {
  return fmt::format("{:.1f} h", static_cast<double>(ms) / hour_ms);
}
std::string in_days(int64_t ms) {
  return fmt::format("{:.1f} d", static_cast<double>(ms) / day_ms);
}

int64_t kept_for_ms(const std::string& until, const std::string& from) {
  const auto end = wall_ms_of(until), begin = wall_ms_of(from);
  return end && begin ? *end - *begin : 0;
}

void examine_copy(Examination& examination, const KeptCopy& copy, const Run& run) {
  const auto wrong = [&]<typename... Args>(fmt::format_string<Args...> text, Args&&... args) {
    examination.violation("{} of {}: {}", copy.data, copy.made_at,
                          fmt::format(text, std::forward<Args>(args)...));
  };
  examination.examined();
  if (copy.cipher != cipher) wrong("is not encrypted as it must be, but `{}`", copy.cipher);
  if (copy.key_id.empty() || copy.key_id != run.books.kept_copies->front().key_id)
    wrong("needs the key `{}`, which is not that of the others", copy.key_id);
  if (copy.schema_version.empty()) wrong("does not tell the shape of what it holds");
  if (kept_for_ms(copy.expires_at, copy.made_at) < run.backup_policy.retention_ms)
    wrong("is kept until `{}`, not for {}", copy.expires_at,
          in_days(run.backup_policy.retention_ms));
  if (kept_for_ms(copy.locked_until, copy.made_at) < locked_ms_min)
    wrong("is locked until `{}`, not for {}", copy.locked_until, in_days(locked_ms_min));
  if (copy.checksum.empty() || copy.checksum != copy.checksum_made)
    wrong("is not as it was made: its checksum is `{}`", copy.checksum);
  if (copy.restored_at.empty()) return;
  if (copy.outcome != "ok")
    wrong("could not be restored: {}", copy.outcome);
  else if (copy.restored_rows != copy.rows)
    wrong("holds {} rows, and {} were restored", copy.rows, copy.restored_rows);
}

// One was there when the rehearsal began, each is as it must be, and one was restored.
void examine_class(Examination& examination, const Run& run, const std::string& name,
                   const std::string& kept) {
  bool early = false, restored = false;
  const int64_t zero_ms = run.zero_wall_ns / ns_per_ms;
  const int64_t from_ms = zero_ms + static_cast<int64_t>(run.steady_from_ms);
  if (run.books.kept_copies)
    for (const KeptCopy& copy : *run.books.kept_copies) {
      if (copy.data != kept) continue;
      examine_copy(examination, copy, run);
      const auto made_ms = wall_ms_of(copy.made_at);
      early = early || (made_ms && *made_ms <= from_ms);
      restored = restored || !copy.restored_at.empty();
    }
  if (!early) examination.violation("{}: there was no copy of it when the rehearsal began", name);
  if (!restored) examination.violation("{}: no copy of it was restored", name);
}

// What is in no backup and why, in words.
std::string examine_declared(Examination& examination, const Run& run) {
  const BackupPolicy& policy = run.backup_policy;
  examination.examined(4);
  if (policy.full_ms > full_ms_max)
    examination.violation("a full backup every {}: it must be every {}", in_hours(policy.full_ms),
                          in_hours(full_ms_max));
  if (policy.incremental_ms > incremental_ms_max)
    examination.violation("increments every {}: they must be every {}",
                          in_hours(policy.incremental_ms), in_hours(incremental_ms_max));
  if (policy.retention_ms < retention_ms_min || policy.retention_ms > retention_ms_max)
    examination.violation("kept for {}: it must be {} to {}", in_days(policy.retention_ms),
                          in_days(retention_ms_min), in_days(retention_ms_max));
  std::string left_out;
  for (const auto& [name, where] : policy.classes) {
    examination.examined();
    const std::string kept = kept_class(where);
    if (where == in_database ? run.books.backups->empty() : where.empty())
      examination.violation("{}: is backed up nowhere", name);
    else if (!kept.empty())
      examine_class(examination, run, name, kept);
    else if (where != in_database)
      left_out += fmt::format("; no backup of {}: {}", name, where);
  }
  if (policy.classes.empty()) examination.violation("the platform names no class of its data");
  return left_out;
}

struct MadeBackup {
  int64_t began_ms = 0, took_ms = 0;
};

// Of full backups alone, or of all: one was made when the rehearsal began, and the next one always
// began in time.
void examine_times(Examination& examination, const Run& run, bool full_only, int64_t every_ms) {
  const int64_t zero_ms = run.zero_wall_ns / ns_per_ms;
  const int64_t from_ms = zero_ms + static_cast<int64_t>(run.steady_from_ms);
  const int64_t to_ms = zero_ms + static_cast<int64_t>(run.arrivals_end_ms);
  std::vector<MadeBackup> made;
  for (const Backup& backup : *run.books.backups) {
    if (full_only && backup.kind != "full") continue;
    const auto began = wall_ms_of(backup.started_at), ended = wall_ms_of(backup.finished_at);
    if (!began || !ended || *ended < *began) {
      examination.violation("{}: began at `{}` and ended at `{}`", backup.label, backup.started_at,
                            backup.finished_at);
      continue;
    }
    made.push_back({*began, *ended - *began});
  }
  std::ranges::sort(made, {}, &MadeBackup::began_ms);
  const char* what = full_only ? "full backup" : "backup";
  examination.examined();
  if (std::ranges::none_of(
          made, [&](const MadeBackup& one) { return one.began_ms + one.took_ms <= from_ms; }))
    examination.violation("there was no {} when the rehearsal began", what);
  made.push_back({to_ms, 0});
  for (size_t i = 1; i < made.size(); ++i) {
    examination.examined();
    const auto& [opens_ms, took_ms] = made[i - 1];
    // One begins when it is due and the one before has ended.
    const int64_t allowed_ms = run.backup_policy.scaled_ms(every_ms) * 3 / 2 + took_ms;
    const int64_t ends_ms = made[i].began_ms;
    const int64_t gap_ms = ends_ms - std::max(opens_ms, from_ms - allowed_ms);
    if (gap_ms <= allowed_ms || ends_ms <= from_ms) continue;
    examination.violation("no {} from {} on for {} s, {} of the schedule's clock", what,
                          rfc3339(opens_ms * ns_per_ms), gap_ms / 1000,
                          in_hours(gap_ms * hour_ms / run.backup_policy.hour_ms));
  }
}

bool lies_apart(const Backup& backup) {
  std::string_view rest = backup.data_places;
  while (!rest.empty()) {
    const std::string_view zone = rest.substr(0, rest.find(' '));
    if (zone == backup.place) return false;
    rest.remove_prefix(std::min(rest.size(), zone.size() + 1));
  }
  return !backup.place.empty() && !backup.data_places.empty();
}

void examine_backup(Examination& examination, const Backup& backup, const Run& run) {
  const auto wrong = [&]<typename... Args>(fmt::format_string<Args...> text, Args&&... args) {
    examination.violation("{}: {}", backup.label, fmt::format(text, std::forward<Args>(args)...));
  };
  const auto kept_ms = [&](const std::string& until) {
    return kept_for_ms(until, backup.finished_at);
  };
  examination.examined();
  if (backup.cipher != cipher) wrong("is not encrypted as it must be, but `{}`", backup.cipher);
  if (backup.key_id.empty()) wrong("does not tell which key it needs");
  if (kept_ms(backup.expires_at) < run.backup_policy.retention_ms)
    wrong("is kept until `{}`, not for {}", backup.expires_at,
          in_days(run.backup_policy.retention_ms));
  if (kept_ms(backup.locked_until) < locked_ms_min)
    wrong("is locked until `{}`, not for {}", backup.locked_until, in_days(locked_ms_min));
  if (!lies_apart(backup))
    wrong("lies in `{}`, its data in `{}`", backup.place, backup.data_places);
  if (backup.checksum.empty() ||
      (!backup.checksum_made.empty() && backup.checksum != backup.checksum_made))
    wrong("is not as it was made: the checksum of its list of files is `{}`", backup.checksum);
  if (backup.wal_start.empty() || backup.wal_stop < backup.wal_start ||
      backup.wal_last < backup.wal_stop)
    wrong("needs WAL from `{}` to `{}`, and the last that is there is `{}`", backup.wal_start,
          backup.wal_stop, backup.wal_last);
  if (backup.schema_version.empty()) wrong("does not tell the schema that it holds");
  if (backup.cluster != run.books.backups->front().cluster) wrong("is of another cluster");
  if (backup.kind == "full") return;
  if (std::ranges::find(*run.books.backups, backup.prior, &Backup::label) ==
      run.books.backups->end())
    wrong("builds on `{}`, which is not there", backup.prior);
}

void examine_lock(Examination& examination, const Books& books) {
  if (!books.backup_deletions || books.backup_deletions->empty())
    return examination.cannot_say("nobody tried to delete a backup");
  for (const BackupDeletion& attempt : *books.backup_deletions) {
    examination.examined();
    if (attempt.status / 100 == 2 || attempt.kept != 1)
      examination.violation("{} could delete version {} of {} (status {})", attempt.account,
                            attempt.version, attempt.object, attempt.status);
    else if (attempt.status != 403 || attempt.error != "AccessDenied")
      examination.cannot_say(
          fmt::format("the lock was not what refused {} to delete {}: status {} {}",
                      attempt.account, attempt.object, attempt.status, attempt.error));
  }
}

}  // namespace

Finding examine_backup_policy(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.backups || run.backup_policy.hour_ms <= 0)
    return without_books("backup_policy", "backups, or what the platform declares of them");
  Examination examination("backup_policy");
  const std::string left_out = examine_declared(examination, run);
  examine_times(examination, run, true, run.backup_policy.full_ms);
  examine_times(examination, run, false, run.backup_policy.incremental_ms);
  for (const Backup& backup : *run.books.backups) examine_backup(examination, backup, run);
  examine_lock(examination, run.books);
  const auto& restores = run.books.restores;
  if (!restores || std::ranges::find(*restores, "ok", &Restore::outcome) == restores->end())
    examination.cannot_say("none of the backups was restored");
  const auto fulls = std::ranges::count(*run.books.backups, "full", &Backup::kind);
  return std::move(examination)
      .finish(fmt::format("{} and {}{}", counted(fulls, "full backup"),
                          counted(std::ssize(*run.books.backups) - fulls, "increment"), left_out));
}

}  // namespace rehearse
