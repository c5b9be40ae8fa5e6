// The honest run on a platform that backs up its ledger, with a restore of it to 20 s after t = 0.
#pragma once

#include "checks/view.hpp"
#include "synthetic.hpp"

namespace rehearse::synthetic {

inline std::string at(const Run& run, double t_ms) {
  return rfc3339(run.zero_wall_ns + static_cast<int64_t>(t_ms * 1e6));
}

// Books in which rows have their times: a millisecond before a client was told of them.
inline void tell_times(RecordedRun& run) {
  std::map<int64_t, int64_t> told_ns;  // by sequence number
  for (const Attempt& attempt : run.history.attempts)
    if (attempt.seq != 0 && attempt.outcome == Outcome::ok)
      told_ns.try_emplace(attempt.seq, attempt.answered_ns);
  std::map<std::string, std::string> booked_at;  // by key
  double last_ms = -20'000;
  for (LedgerEntry& entry : *run.books.ledger_entries) {
    if (const auto told = told_ns.find(entry.seq); told != told_ns.end())
      last_ms =
          std::max(last_ms, static_cast<double>(told->second - run.history.zero_ns) / 1e6 - 1);
    entry.committed_at = booked_at[entry.key] = at(run, last_ms);
  }
  for (Intent& intent : *run.books.intents) {
    const auto key = parse_key(run.history.run_key, intent.key);
    const auto booked = booked_at.find(intent.key);
    if (booked != booked_at.end())
      intent.updated_at = booked->second;
    else if (key)
      intent.updated_at =
          at(run, static_cast<double>(run.history.operations[key->operation].intended_ns -
                                      run.history.zero_ns) /
                      1e6);
  }
}

// What was committed until then, of the run's own books.
inline Books books_until(const RecordedRun& run, const std::string& until) {
  RecordedRun then = run;
  std::erase_if(*then.books.ledger_entries,
                [&](const LedgerEntry& entry) { return entry.committed_at > until; });
  std::erase_if(*then.books.intents,
                [&](const Intent& intent) { return intent.updated_at > until; });
  const int64_t end = then.books.ledger_entries->back().seq;
  std::erase_if(*then.books.player_limits,
                [&](const PlayerLimit& limit) { return limit.after_seq > end; });
  std::erase_if(*then.books.rounds, [&](const Round& round) { return round.opened_at > until; });
  for (Round& round : *then.books.rounds)
    if (round.closed_at > until) round.closed_at.clear(), round.state = "open";
  recount(then);
  return then.books;
}

inline Backup backup_of(const RecordedRun& run, const std::string& label, const std::string& kind,
                        double began_ms) {
  Backup backup;
  backup.label = label;
  backup.kind = kind;
  backup.started_at = at(run, began_ms);
  backup.finished_at = at(run, began_ms + 3'000);
  backup.cluster = "7312345";
  backup.schema_version = "d1";
  backup.wal_start = backup.wal_stop = "000000010000000000000004";
  backup.wal_last = "000000010000000000000009";
  backup.checksum_made = backup.checksum = "c1";
  backup.cipher = "aes-256-cbc";
  backup.key_id = "k1";
  backup.expires_at = backup.locked_until = at(run, began_ms + 30.01 * 86'400'000);
  backup.place = "store";
  backup.data_places = "az-1 az-2 az-3";
  return backup;
}

// A full backup before the load, an increment every 30 s, which is two hours of its clock.
inline RecordedRun backed_up_run() {
  RecordedRun run = honest_run();
  run.capabilities.insert("backups");
  tell_times(run);
  run.books.rounds = {{{"r1", "studio-a", at(run, -9'000), at(run, 1'000), "settled", ""},
                       {"r2", "studio-a", at(run, 2'000), at(run, 31'000), "settled", ""},
                       {"r3", "studio-a", at(run, 40'000), "", "open", ""}}};
  run.books.player_limits = {{{"l1", "p0003", "frozen", "", 1, 5, 0, 0},
                              {"l2", "p0004", "loss_limit", "EUR", 5'000, 1'700, 0, 0}}};
  run.backup_policy = {15'000,
                       24 * 3'600'000,
                       2 * 3'600'000,
                       int64_t{30} * 86'400'000,
                       {{"ledger", "database"},
                        {"reports", "store reporting"},
                        {"cache", "copied into the ledger"}}};
  run.books.backups = {{backup_of(run, "F", "full", -15'000)}};
  for (int i = 0; i < 3; ++i) {
    run.books.backups->push_back(
        backup_of(run, fmt::format("F_{}I", i), "incr", 15'000 + 30'000.0 * i));
    run.books.backups->back().prior = "F";
  }
  run.books.backup_deletions = {
      {{at(run, 60'000), "backup", "probe", "v1", 403, 1, "AccessDenied"},
       {at(run, 60'000), "owner", "probe", "v1", 403, 1, "AccessDenied"}}};
  const auto copy = [&](double made_ms, const char* restored_at) {
    const std::string until = at(run, made_ms + 30.01 * 86'400'000), made_at = at(run, made_ms);
    return KeptCopy{"reporting",
                    "/backups/class/reporting/" + made_at,
                    made_at,
                    "s1",
                    7,
                    90,
                    "c9",
                    "c9",
                    "aes-256-cbc",
                    "k1",
                    until,
                    until,
                    restored_at,
                    *restored_at == 0 ? "" : "ok",
                    *restored_at == 0 ? 0 : 7};
  };
  run.books.kept_copies = {{copy(-12'000, ""), copy(61'000, at(run, 62'000).c_str())}};
  Restore restore;
  restore.label = "F_0I";
  restore.target_at = at(run, 20'000);
  restore.started_at = at(run, 45'000);
  restore.finished_at = at(run, 55'000);
  restore.outcome = "ok";
  restore.cluster = restore.primary_cluster = "7312345";
  restore.schema_version = restore.primary_schema_version = "d1";
  restore.key_id = "k1";
  restore.restored_bytes = 3'221'225'472;
  restore.restore_ms = 30'000;
  restore.replayed_bytes = 67'108'864;
  restore.replay_ms = 6'000;
  run.books.restores = {{restore}};
  run.restored = books_until(run, restore.target_at);
  return run;
}

}  // namespace rehearse::synthetic
