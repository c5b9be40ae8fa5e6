// Proves that a backup could be used: the ledger's database was restored to a moment T, by the key,
// of the cluster and in the schema that it must be, from a backup that is whole and not expired;
// and what was restored is the primary's ledger up to T, entry by entry, with the accounts,
// idempotency keys, rounds, limits and settings that belong to it. What clients were told after T
// is listed as money. From: restores, backups, the restored database's own books, the primary's
// books, client history. Cannot see: what neither of both databases has.
#include <algorithm>

#include "checks/instants.hpp"
#include "checks/restored_books.hpp"

namespace rehearse {
namespace {

// A restore that failed says why in one of these.
std::string_view words_of_outcome(std::string_view outcome) {
  if (outcome == "corrupt") return "the backup is corrupt";
  if (outcome == "wal_missing") return "WAL is missing on the way";
  if (outcome == "wrong_key") return "the key does not open it";
  if (outcome == "expired") return "the backup is expired";
  if (outcome == "too_early") return "no backup is as old as that";
  if (outcome == "other_cluster") return "the backup is of another cluster";
  return "it failed";
}

void examine_origin(Examination& examination, const Restore& restore, const Books& books) {
  const auto backup = std::ranges::find(*books.backups, restore.label, &Backup::label);
  if (backup == books.backups->end()) {
    examination.violation("{}: was restored, and is in no catalogue", restore.label);
    return;
  }
  const auto differ = [&](std::string_view what, const std::string& one, const std::string& other) {
    if (one != other)
      examination.violation("{}: {} `{}`, and it must be `{}`", restore.label, what, one, other);
  };
  differ("the restored cluster is", restore.cluster, restore.primary_cluster);
  differ("the restored schema is", restore.schema_version, restore.primary_schema_version);
  differ("the key that opened it is", restore.key_id, backup->key_id);
  if (!backup->checksum_made.empty())
    differ("the checksum of its list of files is", backup->checksum, backup->checksum_made);
  if (wall_ms_of(backup->expires_at) <= wall_ms_of(restore.started_at))
    examination.violation("{}: expired at {}, and was restored at {}", restore.label,
                          backup->expires_at, restore.started_at);
}

std::string figures_of(const Restore& restore) {
  const auto mib_per_s = [](int64_t bytes, int64_t ms) {
    return ms > 0 ? static_cast<double>(bytes) / 1048576 / (static_cast<double>(ms) / 1000) : 0;
  };
  return fmt::format(
      "{} restored to {}: {:.3f} GiB at {:.1f} MiB/s, {:.1f} MiB of WAL replayed at {:.1f} MiB/s, "
      "{:.2f} min in all",
      restore.label, restore.target_at, static_cast<double>(restore.restored_bytes) / 1073741824,
      mib_per_s(restore.restored_bytes, restore.restore_ms),
      static_cast<double>(restore.replayed_bytes) / 1048576,
      mib_per_s(restore.replayed_bytes, restore.replay_ms),
      static_cast<double>(restore.restore_ms + restore.replay_ms) / 60'000);
}

std::string money_of(const ToldSince::Part& part) {
  std::string text;
  for (const auto& [currency, minor] : part.minor) text += ", " + money(minor, currency);
  return text;
}

// Who still knows of what clients were told since, as operations and money.
std::string in_words(const ToldSince& told) {
  std::string text =
      counted(told.all.operations, "operation") + " told of after it" + money_of(told.all);
  if (told.all.operations == 0) return text;
  text +=
      fmt::format(": the event log has {}{}", told.by_events.operations, money_of(told.by_events));
  text += fmt::format("; providers' books {}{}", told.by_providers.operations,
                      money_of(told.by_providers));
  return text + fmt::format("; nobody {}{}", told.by_nobody.operations, money_of(told.by_nobody));
}

std::string examine_books(Examination& examination, const Joined& joined, const Restore& restore) {
  const Books &books = joined.run.restored, &own = joined.run.books;
  if (!books.ledger_entries || !books.accounts || !books.intents || !own.ledger_entries ||
      !own.intents) {
    examination.cannot_say("the books of the restored database are missing, or the primary's");
    return "";
  }
  Restored restored{joined, books, wall_ms_of(restore.target_at).value_or(0)};
  for (const LedgerEntry& entry : *books.ledger_entries)
    restored.last_seq = std::max(restored.last_seq, entry.seq);
  const Slices slices = compare_entries(examination, restored);
  examine_told(examination, restored);
  examine_restored_accounts(examination, restored);
  compare_intents(examination, restored);
  const int64_t open_rounds = compare_rounds(examination, restored);
  compare_limits(examination, restored);
  compare_settings(examination, restored);
  const ToldSince told = told_since(restored);
  std::string text = fmt::format("; {} entries up to seq {}, {} of {} slices alike, {} open; {}",
                                 books.ledger_entries->size(), restored.last_seq,
                                 slices.count - std::ssize(slices.differing), slices.count,
                                 counted(open_rounds, "round"), in_words(told));
  for (const std::string& lost : told.lost) examination.shown("{}", lost);
  if (!slices.differing.empty()) text += "; differing: " + slices.differing.front();
  return text;
}

}  // namespace

Finding examine_restore_proof(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.restores || !books.backups)
    return without_books("restore_proof", "restores or backups");
  Examination examination("restore_proof");
  std::string summary;
  for (const Restore& restore : *books.restores) {
    examination.examined();
    if (restore.outcome != "ok") {
      examination.violation("{} to {}: {}: {}", restore.label, restore.target_at,
                            words_of_outcome(restore.outcome), restore.error);
      continue;
    }
    examine_origin(examination, restore, books);
    summary = figures_of(restore);
    // The books are those of the last one.
    if (&restore == &books.restores->back()) summary += examine_books(examination, joined, restore);
  }
  return std::move(examination).finish(summary.empty() ? "nothing could be restored" : summary);
}

}  // namespace rehearse
