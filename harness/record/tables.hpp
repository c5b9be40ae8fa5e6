// The canonical tables of the contract: what a platform's books look like to the checks, whatever
// they look like at home. CSV with a header; an optional column that a platform lacks is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct LedgerEntry {
  std::string ledger;
  int64_t seq = 0;
  std::string tx;
  std::string key;  // idempotency key
  std::string account;
  std::string currency;
  int64_t amount_minor = 0;  // signed; the entries of a tx sum to 0 per currency
  std::optional<int64_t> version;
  std::string kind;  // opening, bet, win, rollback, deposit, hold, payout, release, …
  std::string round;
  std::optional<int64_t> region_term, timeline, epoch;
  std::string prev_hash, hash;  // hex SHA-256, lower case
  std::string committed_at;     // RFC 3339
};

struct Account {
  std::string account, owner, bucket, currency;
  int64_t balance_minor = 0;
  std::optional<int64_t> version;
};

struct Intent {
  std::string key, operation, player, business_key;
  int64_t amount_minor = 0;
  std::string currency, state, updated_at;
};

struct ProviderTransfer {
  std::string provider, transfer, business_key;
  std::string direction;  // in (deposit) | out (payout) | refund | chargeback (both of a deposit)
  int64_t amount_minor = 0;
  std::string currency, state, at;
  std::optional<int64_t> fee_minor = {};  // that the provider kept, also of one that failed
  std::string updated_at = "";            // when it came to its state; empty: not told
};

struct WebhookEffect {
  std::string provider, event;
  int64_t received = 0, applied = 0;
  std::string tx, at;
  std::string transfer = "", business_key = "";  // that the event is of; empty: not told
};

struct LedgerEvent {
  std::string topic;
  int64_t partition = 0, offset = 0;
  std::string key, tx, kind;
  int64_t amount_minor = 0;
  std::string currency, at;       // when the ledger had it
  std::string published_at = "";  // when the log had it; empty: not told
  std::string first_at = "";  // when the first of all regions' logs had it; empty: there is one log
};

struct ReportingRow {
  std::string tx, kind;
  int64_t amount_minor = 0;
  std::string currency, loaded_at;
  std::string node = "";  // which copy of the reporting has it; empty: there is one
};

// The platform's history of who did what. hash = SHA-256 of chain|position|tx|key|kind|actor|
// amount_minor|currency|at|prev_hash, and the first prev_hash of a chain is 64 zeros.
struct AuditEntry {
  std::string chain;
  int64_t position = 0;  // in its chain, from 1
  std::string tx, key;   // empty where nothing was booked
  std::string kind;      // as in the ledger; security:… for what was refused as an attack
  std::string actor;
  int64_t amount_minor = 0;  // of what was refused: how many alike
  std::string currency, at, prev_hash, hash;
};

// What a provider wrote down of each request as it came in, whatever became of it.
struct ProviderRequest {
  std::string provider;
  std::string kind;  // create (of a transfer) | query (what has become of it)
  std::string business_key;
  int64_t at_ms = 0;  // since 1970, by the provider's clock
};

// An event that a provider says it has sent.
struct ProviderEvent {
  std::string provider, event, transfer;
};

// The screening gate's decisions. Milliseconds since 1970 by the database's clock.
struct ScreeningRow {
  std::string business_key, player;
  std::string direction;  // deposit | payout
  int64_t amount_minor = 0;
  std::string currency;
  std::string state;       // clear, refused; or not decided: pending, held, deferred
  std::string decided_by;  // a screening provider, or officer:NAME
  std::optional<int64_t> decided_at_ms;
  std::optional<int64_t> deferred_at_ms;  // let through unscreened then, while per player and
  std::optional<int64_t> bound_minor;     // currency no more than this was
  std::optional<int64_t> window_s;        // within this time
};

// A finding, by the screening provider's own book.
struct ScreeningVerdict {
  std::string provider, screening, business_key, state, decided_at;
};

// A limit that the wallet took, and where in the ledger's order it did.
struct PlayerLimit {
  std::string key, player;
  std::string kind;  // frozen | self_exclusion (1 or 0), deposit_limit | loss_limit (a day, UTC)
  std::string currency;
  int64_t value_minor = 0;
  int64_t after_seq = 0;            // entries after this one are under it
  std::optional<int64_t> until_ms;  // end of an exclusion, since 1970; 0 = none
  std::optional<int64_t> from_ms;   // of a looser one: when it begins; 0 = at once

  bool operator==(const PlayerLimit&) const = default;
};

// Where a player's personal data lies and is at home: there, and (of vaults) in which region.
struct ResidencyRow {
  std::string store, player, home;
  std::string region = {}, home_region = {};
};

// An attempt to read it, as the vault wrote it down.
struct ResidencyRead {
  std::string store, player, home, reader;
  std::string outcome;  // ok | refused
  std::string region = {}, home_region = {};
};

// A table or a topic of one region, searched for words of personal data.
struct ResidencyPlace {
  std::string region, place;
  std::string shared;  // what may be in several regions of it; empty: nothing may
  int64_t rows = 0;
  int64_t marks = 0;   // players whose data was searched for
  int64_t traces = 0;  // rows with such a word
  std::string trace;   // a player of the first one
};

// A version of what people set while the platform runs: texts, rules, limits of its ways in.
struct SettingVersion {
  std::string setting;
  int64_t version = 0;                // from 1
  std::string content, content_hash;  // SHA-256
  std::string author, approved_by;
  int64_t valid_from_ms = 0;  // Unix time
};

// What was done by one: somebody was told of something, given a bonus, or let in.
struct SettingUse {
  std::string use;  // what it was, once for each setting
  std::string setting;
  int64_t version = 0;
  std::string content_hash;
  int64_t at_ms = 0;  // when it was done, Unix time
};

struct Round {
  std::string round, studio, opened_at, closed_at, state, reason;
};

// One node that a way into the platform (or out of it) leads through, by the harness's own
// knowledge of the stack. `name`: by which it is found, empty where nobody looks it up.
struct PathHop {
  std::string path;  // players, lifeline, …
  std::string hop;   // its part: name, front, edge, …
  std::string component, address, name;
};

// What was accepted through the emergency channel, with the emergency under which it was.
struct LifelineRequest {
  std::string key, contact, player, operation;
  int64_t status = 0;  // of its answer; 0 = open
  // Milliseconds since 1970 of the database's clock; not ended: empty.
  int64_t at_ms = 0, registered_ms = 0, declared_ms = 0;
  std::optional<int64_t> ended_ms;
};

// When bets of one round of a live table were taken, as whoever decided it wrote it down.
struct BettingWindow {
  std::string window, table;
  int64_t opened_ms = 0, closed_ms = 0;  // since 1970
  std::string decided_by;
};

// One bet on a live table and what was decided about its time.
struct WindowBet {
  std::string key, window;
  int64_t decided_ms = 0;
  std::string outcome;  // accepted | outside_window | declined (for other reasons)
};

// What players saw of a live table at a moment, as the stream itself tells it.
struct StreamSample {
  std::string table;
  int64_t at_ms = 0;
  std::string mode;  // webrtc | hls
  int64_t lost = 0;  // pieces of the last second that did not arrive in time
};

// A payment that went to another provider, and why.
struct PaymentSwitch {
  std::string key, from_provider, to_provider, reason, at;
};

// A line of a provider's settlement file, and how the platform found it against its own payments.
struct SettlementRow {
  std::string provider, transfer, business_key;
  std::string direction;  // as of a provider transfer
  int64_t amount_minor = 0;
  std::string currency;
  int64_t fee_minor = 0;
  std::string verdict;                // matched | mismatched | unknown
  std::optional<int64_t> file = {};   // which of the provider's files, in their order
  std::optional<int64_t> whole = {};  // that file was read to its end: 1 or 0
};

// A round and a transaction as the studio's own book has them; not of the contract.
struct StudioRound {
  std::string studio, round, player;
  int64_t amount_minor = 0;  // of the bet
  std::string currency;
  std::string state;  // betting, open, settled, void, rejected, cancelled
  std::string reason, at;
};

struct StudioTransaction {
  std::string studio, transaction, round;
  std::string kind;                     // bet, win, rollback, bonus_win, jackpot, close
  std::string bet, player;              // bet: the transaction that it is about, or empty
  std::optional<int64_t> amount_minor;  // null: the casino decided it and the studio was not told
  std::string currency;
  std::string state;                    // ok, rejected; void, cancelled; planned, asking, due
  std::optional<int64_t> contradicted;  // repetitions that were answered otherwise
  std::string at;
};

// What a node said of how far it was behind, about once a second.
struct LagSample {
  int64_t t_ms = 0;  // on the run's clock
  std::string node;
  std::string what;  // lag, lag_bonus, lag_reporting, …
  int64_t value = 0;
};

// What the machine had to spare, by the harness's own look about twice a second.
struct MachineSample {
  int64_t t_ms = 0;  // when the look ended, on the run's clock
  int64_t length_us = 0;
  std::optional<int64_t> waiting_us;          // of it: somebody waited for a processor
  std::optional<int64_t> idle_us, stolen_us;  // of it, as if there were one processor
  int64_t late_us = 0;  // the longest that a thread of ordinary priority woke after its time
};

// A decision on credit, as Redis made it (credit_log) or as it came into the database
// (credit_decisions).
struct CreditDecision {
  int64_t seq = 0;  // the order in which they were made, from 1
  std::string key, player;
  int64_t amount_minor = 0;  // asked for
  std::string currency;
  int64_t approved = 0;                                  // 1 or 0
  std::string lender;                                    // of an approved one
  int64_t player_max_minor = 0, exposure_max_minor = 0;  // that lender's limits
  std::string state;  // declined | approved (not paid out yet) | disbursed | refused; log: not told
};

// When an alarm of the platform's own watchers (Prometheus) was firing, in UTC (RFC 3339).
struct Alert {
  std::string alert, about;  // about: a node or address, or empty
  std::string began_at, ended_at;
  std::string node;  // the watcher that says so
};

// A backup as the tool that made it lists it at the end of the run. Times are RFC 3339, UTC.
struct Backup {
  std::string label;
  std::string kind;   // full | incr
  std::string prior;  // that it builds on; empty of a full one
  std::string started_at, finished_at;
  std::string cluster;                        // the database's own identifier
  std::string schema_version;                 // when it was made
  std::string wal_start, wal_stop, wal_last;  // its own segments, and the last archived one
  int64_t size_bytes = 0, stored_bytes = 0;   // of the database; of what this one added
  std::string checksum_made, checksum;        // SHA-256 of its list of files: then, and now
  std::string cipher, key_id;                 // key_id: a digest of the key that it needs
  std::string expires_at, locked_until;       // kept by the tool; by the store, from everybody
  std::string place, data_places;             // the zone it lies in; those of its data
};

// A copy of a class of data that does not lie in the database, and what came of restoring it.
struct KeptCopy {
  std::string data;    // the class, as whoever copies it calls it
  std::string object;  // where in the store
  std::string made_at;
  std::string schema_version;           // a digest of its shape
  int64_t rows = 0, stored_bytes = 0;   // of the data; of the object
  std::string checksum_made, checksum;  // SHA-256 of the object: then, and now
  std::string cipher, key_id;
  std::string expires_at, locked_until;  // kept by whoever copies; by the store, from everybody
  std::string restored_at;               // empty: nobody tried
  std::string outcome;                   // ok | corrupt | wrong_key
  int64_t restored_rows = 0;
};

// An entry that only a deposed primary had: what was told of it is not so any more.
struct DeposedEntry {
  std::string node, ledger;
  int64_t seq = 0;
  std::string tx, key, account, currency;
  int64_t amount_minor = 0;
  std::string kind, committed_at;
};

// An attempt to take a version of an object from the store of backups.
struct BackupDeletion {
  std::string at, account, object, version;
  int64_t status = 0;  // of the answer
  int64_t kept = 0;    // that version could be read afterwards: 1 or 0
  std::string error;   // the store's code for why it refused
};

// A restore of the ledger's database to a moment, and what came of it.
struct Restore {
  std::string label;      // of the backup that it began from
  std::string target_at;  // everything committed until then
  std::string started_at, finished_at;
  // ok | corrupt | wal_missing | wrong_key | expired | too_early | other_cluster | failed
  std::string outcome;
  std::string error;                            // in the tool's words
  std::string cluster, schema_version, key_id;  // of what was restored
  std::string primary_cluster, primary_schema_version;
  int64_t restored_bytes = 0, restore_ms = 0;  // of files
  int64_t replayed_bytes = 0, replay_ms = 0;   // of WAL
};

// nullopt = the platform has no such table (its checks are not applicable).
struct Books {
  std::optional<std::vector<LedgerEntry>> ledger_entries;
  std::optional<std::vector<Account>> accounts;
  std::optional<std::vector<Intent>> intents;
  std::optional<std::vector<ProviderTransfer>> provider_transfers;
  std::optional<std::vector<WebhookEffect>> webhook_effects;
  std::optional<std::vector<LedgerEvent>> events;
  std::optional<std::vector<ReportingRow>> reporting;
  std::optional<std::vector<Round>> rounds;
  std::optional<std::vector<PathHop>> paths;
  std::optional<std::vector<LifelineRequest>> lifeline_requests;
  std::optional<std::vector<BettingWindow>> windows;
  std::optional<std::vector<WindowBet>> window_bets;
  std::optional<std::vector<StreamSample>> stream_samples;
  std::optional<std::vector<PaymentSwitch>> payment_switches;
  std::optional<std::vector<SettlementRow>> settlement_lines;
  std::optional<std::vector<StudioRound>> studio_rounds;
  std::optional<std::vector<StudioTransaction>> studio_transactions;
  std::optional<std::vector<AuditEntry>> audit;
  std::optional<std::vector<LagSample>> lags;
  std::optional<std::vector<MachineSample>> machine;
  std::optional<std::vector<ProviderRequest>> provider_requests;
  std::optional<std::vector<ProviderEvent>> provider_events;
  std::optional<std::vector<ScreeningRow>> screenings;
  std::optional<std::vector<ScreeningVerdict>> screening_verdicts;
  std::optional<std::vector<PlayerLimit>> player_limits;
  std::optional<std::vector<ResidencyRow>> residency;
  std::optional<std::vector<ResidencyRead>> residency_reads;
  std::optional<std::vector<ResidencyPlace>> residency_places;
  std::optional<std::vector<CreditDecision>> credit_log, credit_decisions;
  std::optional<std::vector<SettingVersion>> settings;
  std::optional<std::vector<SettingUse>> setting_uses;
  std::optional<std::vector<Alert>> alerts;
  std::optional<std::vector<Backup>> backups;
  std::optional<std::vector<KeptCopy>> kept_copies;
  std::optional<std::vector<BackupDeletion>> backup_deletions;
  std::optional<std::vector<Restore>> restores;
  std::optional<std::vector<DeposedEntry>> deposed_entries;
};

// Writes DIR/<table>.csv for each table that is there; a file of one that is not goes to
// DIR/incomplete, where nobody reads it as a book.
Status write_books(const std::string& dir, const Books& books);
// A table that cannot be read is absent, and `troubles` says which, where (file:line) and why: all
// others are there.
Books read_books(const std::string& dir, std::vector<std::string>& troubles);

}  // namespace rehearse
