#include "checks/column_facts.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <set>

#include "checks/book_rules.hpp"

namespace rehearse {
namespace column_table {  // its words are short ones

using enum Meaning;

// ColumnFacts with a blank between the words.
struct Raw {
  std::string_view table, columns;
  Meaning meaning;
  std::string_view checks, against;
};

constexpr std::string_view own_clock =
    "one clock's word; that it is a time of the run's days is seen";
constexpr std::string_view own_look = "what nobody else was there to see";

constexpr Raw ledger_facts[] = {
    {"ledger_entries", "ledger seq", order, "ledger_append_only ledger_chain",
     "answers of clients, its own hashes"},
    {"ledger_entries", "tx key account", identity,
     "ledger_chain no_phantom_writes balances_match events_complete",
     "history of clients, its own hashes"},
    {"ledger_entries", "currency amount_minor", money,
     "ledger_balanced ledger_chain pnl_matches no_lost_writes balances_match",
     "answers of clients"},
    {"ledger_entries", "version", order, "balances_match", "accounts, answers of clients"},
    {"ledger_entries", "kind", state, "no_phantom_writes events_complete",
     "history of clients, events"},
    {"ledger_entries", "round", identity, "ledger_chain rounds_settled books_consistent",
     "its own hashes"},
    {"ledger_entries", "region_term timeline epoch", order, "single_writer ledger_chain",
     "answers of clients, its own hashes"},
    {"ledger_entries", "prev_hash hash", identity, "ledger_chain", "recomputed from the entries"},
    {"ledger_entries", "committed_at", time, "books_consistent", "the order of seq"},
    {"accounts", "account", identity, "balances_match", "ledger_entries"},
    {"accounts", "owner bucket", identity, "books_consistent", "a player's account's name"},
    {"accounts", "currency", money, "books_consistent", "the account's name"},
    {"accounts", "balance_minor", money, "balances_match", "ledger_entries"},
    {"accounts", "version", order, "balances_match", "ledger_entries"},
    {"intents", "key operation player", identity, "books_consistent", ""},
    {"intents", "business_key", identity, "books_consistent", "its key"},
    {"intents", "amount_minor currency", money, "books_consistent", ""},
    {"intents", "state", state, "books_consistent providers_reconciled", "provider_transfers"},
    {"intents", "updated_at", time, "", own_clock},
    {"events", "topic partition", order, "events_complete", "the other events of the same player"},
    {"events", "offset", order, "events_complete books_consistent",
     "ledger_entries, the log's own times"},
    {"events", "key tx", identity, "events_complete", "ledger_entries"},
    {"events", "kind", state, "events_complete", "ledger_entries"},
    {"events", "amount_minor currency", money, "events_complete", "ledger_entries"},
    {"events", "at", time, "", own_clock},
    {"events", "published_at", time, "books_consistent", "the order of offsets"},
    {"events", "first_at", time, "", "another log's own clock"},
    {"reporting", "tx", identity, "reporting_complete", "ledger_entries"},
    {"reporting", "kind", state, "reporting_complete", "ledger_entries"},
    {"reporting", "amount_minor currency", money, "reporting_complete", "ledger_entries"},
    {"reporting", "loaded_at", time, "", own_clock},
    {"reporting", "node", identity, "reporting_complete", "ledger_entries, lags"},
    {"audit", "chain position prev_hash hash", order, "audit_complete", "its own hashes"},
    {"audit", "tx key kind actor", identity, "audit_complete", "ledger_entries, its own hashes"},
    {"audit", "amount_minor currency", money, "audit_complete", "ledger_entries, its own hashes"},
    {"audit", "at", time, "audit_complete", "its own hashes"}};

constexpr Raw payment_facts[] = {
    {"provider_transfers", "provider transfer business_key", identity,
     "providers_reconciled books_consistent", "ledger_entries, settlement_lines"},
    {"provider_transfers", "direction state", state, "providers_reconciled",
     "ledger_entries, intents"},
    {"provider_transfers", "amount_minor currency fee_minor", money, "providers_reconciled",
     "ledger_entries, intents, settlement_lines"},
    {"provider_transfers", "at updated_at", time, "", own_clock},
    {"provider_requests", "provider business_key", identity, "books_consistent", ""},
    {"provider_requests", "kind", state, "books_consistent", ""},
    {"provider_requests", "at_ms", time, "", own_clock},
    {"provider_events", "provider event transfer", identity, "webhook_once books_consistent", ""},
    {"webhook_effects", "provider event transfer business_key", identity,
     "webhook_once books_consistent", "provider_events"},
    {"webhook_effects", "tx", identity, "webhook_once", "ledger_entries"},
    {"webhook_effects", "applied", state, "webhook_once", "ledger_entries"},
    {"webhook_effects", "received", state, "", "providers do not tell how often they delivered"},
    {"webhook_effects", "at", time, "", own_clock},
    {"payment_switches", "key to_provider", identity, "books_consistent providers_reconciled", ""},
    {"payment_switches", "from_provider reason", text, "",
     "nothing need have been sent to a provider that is given up"},
    {"payment_switches", "at", time, "", own_clock},
    {"settlement_lines", "provider transfer business_key", identity, "providers_reconciled",
     "provider_transfers"},
    {"settlement_lines", "direction verdict", state, "providers_reconciled", "provider_transfers"},
    {"settlement_lines", "amount_minor currency fee_minor", money, "providers_reconciled",
     "provider_transfers"},
    {"settlement_lines", "file", order, "providers_reconciled", "provider_transfers"},
    {"settlement_lines", "whole", state, "books_consistent", "the file's other lines"},
    {"screenings", "business_key player", identity, "nothing_unscreened books_consistent",
     "ledger_entries"},
    {"screenings", "direction state", state, "nothing_unscreened",
     "provider_transfers, ledger_entries, screening_verdicts"},
    {"screenings", "amount_minor currency", money, "nothing_unscreened books_consistent",
     "provider_transfers, ledger_entries"},
    {"screenings", "decided_by", identity, "nothing_unscreened", "screening_verdicts"},
    {"screenings", "decided_at_ms deferred_at_ms window_s", time, "", own_clock},
    {"screenings", "bound_minor", money, "nothing_unscreened books_consistent",
     "that it was deferred at all"},
    {"screening_verdicts", "provider", identity, "nothing_unscreened", "screenings"},
    {"screening_verdicts", "business_key", identity, "nothing_unscreened books_consistent", ""},
    {"screening_verdicts", "state", state, "nothing_unscreened", "screenings"},
    {"screening_verdicts", "screening", text, "", "a number of the provider's own"},
    {"screening_verdicts", "decided_at", time, "", own_clock}};

constexpr Raw game_facts[] = {
    {"rounds", "round studio", identity, "rounds_settled books_consistent", ""},
    {"rounds", "state", state, "rounds_settled", "studio_rounds, intents"},
    {"rounds", "reason", state, "books_consistent", "the state"},
    {"rounds", "opened_at closed_at", time, "", own_clock},
    {"studio_rounds", "studio round player", identity, "rounds_settled books_consistent", ""},
    {"studio_rounds", "amount_minor currency", money, "books_consistent", ""},
    {"studio_rounds", "state", state, "rounds_settled books_consistent", "rounds"},
    {"studio_rounds", "reason", state, "books_consistent", "the state"},
    {"studio_rounds", "at", time, "", own_clock},
    {"studio_transactions", "studio transaction round bet player", identity,
     "rounds_settled books_consistent", "ledger_entries"},
    {"studio_transactions", "kind state", state, "rounds_settled books_consistent",
     "ledger_entries"},
    {"studio_transactions", "contradicted", state, "rounds_settled", "must be 0"},
    {"studio_transactions", "amount_minor currency", money, "rounds_settled books_consistent",
     "ledger_entries"},
    {"studio_transactions", "at", time, "", own_clock},
    {"windows", "window table", identity, "stream_independent", "the schedule, window_bets"},
    {"windows", "opened_ms closed_ms", order, "stream_independent", "the schedule"},
    {"windows", "decided_by", text, "", own_look},
    {"window_bets", "key window", identity, "stream_independent books_consistent", ""},
    {"window_bets", "outcome", state, "stream_independent books_consistent", ""},
    {"window_bets", "decided_ms", time, "", "one clock's word; that it is inside is seen"},
    {"stream_samples", "table", identity, "books_consistent", ""},
    {"stream_samples", "at_ms", time, "", own_clock},
    {"stream_samples", "mode lost", text, "", own_look}};

constexpr Raw other_facts[] = {
    {"player_limits", "key player kind", identity, "books_consistent limits_respected",
     "refusals that clients heard"},
    {"player_limits", "currency value_minor", money, "books_consistent", ""},
    {"player_limits", "after_seq", order, "limits_respected",
     "ledger_entries and intents, to some seconds"},
    {"player_limits", "until_ms from_ms", time, "", "what its player asked for is not recorded"},
    {"credit_log", "seq", order, "credit_kept", "credit_decisions"},
    {"credit_log", "key player lender", identity, "credit_kept", "credit_decisions"},
    {"credit_log", "amount_minor currency player_max_minor exposure_max_minor", money,
     "credit_kept", "credit_decisions"},
    {"credit_log", "approved", state, "credit_kept", "credit_decisions"},
    {"credit_log", "state", text, "", "the log does not tell it"},
    {"credit_decisions", "seq", order, "credit_kept", "credit_log"},
    {"credit_decisions", "key player lender", identity, "credit_kept",
     "credit_log, answers of clients, ledger_entries"},
    {"credit_decisions", "amount_minor currency", money, "credit_kept",
     "credit_log, history of clients, ledger_entries"},
    {"credit_decisions", "player_max_minor exposure_max_minor", money, "credit_kept", "credit_log"},
    {"credit_decisions", "approved", state, "credit_kept", "credit_log, answers of clients"},
    {"credit_decisions", "state", state, "credit_kept books_consistent", "ledger_entries"},
    {"residency", "store", identity, "data_residency", "the player's home"},
    {"residency", "player home", identity, "data_residency books_consistent", ""},
    {"residency", "region home_region", identity, "data_residency", "the player's home"},
    {"residency_reads", "store", identity, "data_residency", "the player's home"},
    {"residency_reads", "player home", identity, "data_residency books_consistent", "screenings"},
    {"residency_reads", "outcome", state, "books_consistent data_residency", "its words"},
    {"residency_reads", "reader", text, "", own_look},
    {"settings", "setting version", identity, "settings_published books_consistent", ""},
    {"settings", "content content_hash", identity, "settings_published", "each other"},
    {"settings", "author approved_by", text, "settings_published", "each other"},
    {"settings", "valid_from_ms", time, "settings_published", "the other versions"},
    {"setting_uses", "setting version content_hash", identity,
     "books_consistent settings_published", ""},
    {"setting_uses", "use", text, "", own_look},
    {"setting_uses", "at_ms", time, "settings_published", "settings, to some seconds"},
    {"residency_reads", "region home_region", identity, "data_residency", "the player's home"},
    {"residency_places", "region place shared rows marks traces trace", text, "",
     "the harness's own search of each region; what it finds is seen"},
    {"paths", "path hop component address name", text, "",
     "the harness's own knowledge of the stack; what the lifeline shares is seen"},
    {"lifeline_requests", "key player", identity, "books_consistent", ""},
    {"lifeline_requests", "contact", identity, "books_consistent", "its other requests"},
    {"lifeline_requests", "operation status", state, "books_consistent", ""},
    {"lifeline_requests", "at_ms registered_ms declared_ms ended_ms", time, "lifeline_independent",
     "each other"},
    {"lags", "t_ms", time, "", own_clock},
    {"lags", "node what value", text, "", "what a node said of itself"},
    {"machine", "t_ms length_us", time, "", "that looks follow on each other is seen"},
    {"machine", "waiting_us idle_us stolen_us late_us", text, "", own_look},
    {"alerts", "alert about node", text, "", "a watcher's own word; its copy may look later"},
    {"alerts", "began_at ended_at", time, "", own_clock}};

constexpr Raw backup_facts[] = {
    {"backups", "label prior", identity, "backup_policy restore_proof", "each other, restores"},
    {"backups", "kind", state, "backup_policy", "its words, the declared schedule"},
    {"backups", "started_at finished_at", time, "backup_policy", "the declared schedule"},
    {"backups", "expires_at locked_until", time, "backup_policy", "the declared retention"},
    {"backups", "cluster", identity, "backup_policy", "the other backups"},
    {"backups", "schema_version", text, "backup_policy", "that it is told"},
    {"backups", "wal_start wal_stop wal_last", order, "backup_policy", "each other"},
    {"backups", "checksum_made checksum", identity, "backup_policy restore_proof", "each other"},
    {"backups", "cipher", state, "backup_policy", "the field's demand"},
    {"backups", "key_id", identity, "restore_proof", "restores"},
    {"backups", "place data_places", state, "backup_policy", "each other"},
    {"backups", "size_bytes stored_bytes", text, "", "the tool's own word"},
    {"kept_copies", "data", state, "backup_policy", "the declared classes"},
    {"kept_copies", "made_at expires_at locked_until", time, "backup_policy",
     "the declared schedule and retention"},
    {"kept_copies", "schema_version", text, "backup_policy", "that it is told"},
    {"kept_copies", "rows restored_rows", order, "backup_policy", "each other"},
    {"kept_copies", "checksum_made checksum", identity, "backup_policy", "each other"},
    {"kept_copies", "cipher outcome", state, "backup_policy", "its words, the field's demand"},
    {"kept_copies", "key_id", identity, "backup_policy", "the other copies"},
    {"kept_copies", "object stored_bytes restored_at", text, "", own_look},
    {"backup_deletions", "status kept error", state, "backup_policy", "that none succeeds"},
    {"backup_deletions", "at account object version", text, "", own_look},
    {"restores", "label", identity, "restore_proof", "backups"},
    {"restores", "target_at", time, "restore_proof", "what was restored"},
    {"restores", "started_at", time, "restore_proof", "when the backup expires"},
    {"restores", "finished_at", time, "", own_clock},
    {"restores", "outcome", state, "restore_proof backup_policy", "its words"},
    {"restores", "error", text, "", "the tool's own word"},
    {"restores", "cluster schema_version primary_cluster primary_schema_version", identity,
     "restore_proof", "each other"},
    {"restores", "key_id", identity, "restore_proof", "backups"},
    {"deposed_entries", "key tx ledger seq", identity, "no_lost_writes", "ledger_entries"},
    {"deposed_entries", "node account currency amount_minor kind committed_at", text, "",
     "nobody else has it"},
    {"restores", "restored_bytes restore_ms replayed_bytes replay_ms", text, "",
     "figures, by the harness's own look"}};

constexpr std::string_view gone = "a row gone", twice = "a row twice";

const Unknowable unknowable[] = {
    {"accounts", {"owner", "bucket"}, {"account:", {"!player"}}, "names of the house's own"},
    {"intents",
     {"operation", "state", gone},
     {"operation", {"deposit_intent", "deposit_decline", "limit"}},
     "moves no money by itself"},
    {"reporting", {twice}, {}, "rows are loaded at least once; reports count a transaction once"},
    {"rounds", {"reason"}, {"state", {"!settled"}}, "the casino's own word"},
    {"studio_rounds", {"reason"}, {"state", {"!settled"}}, "the studio's own word"},
    {"studio_transactions", {"amount_minor"}, {"amount_minor", {""}}, "the studio was not told"},
    {"paths", {gone, "removed"}, {}, "needed by the lifeline alone"},
    {"windows", {gone}, {}, "the first and the last need have no bet; others are missed"},
    {"window_bets", {"window"}, {"outcome", {"!accepted"}}, "what was not taken left no trace"},
    {"stream_samples", {gone}, {}, own_look},
    {"settlement_lines", {"emptied"}, {}, "how often a provider settles is in no book"},
    {"settlement_lines", {"file", gone}, {"file", {""}}, "the book does not tell files"},
    {"lags",
     {gone, "emptied", "removed"},
     {},
     "a node that is gone says nothing; a platform need not"},
    {"machine", {gone, "removed"}, {}, "older runs have none"},
    {"provider_requests",
     {"provider", "business_key", "kind", gone, twice},
     {"kind", {"query"}},
     "what a question was asked for leaves no trace"},
    {"screenings", {"bound_minor"}, {"deferred_at_ms", {"!"}}, "the platform's own rule"},
    {"residency_reads", {twice}, {}, "data may be read as often as one likes"},
    {"alerts", {gone, twice}, {}, "a watcher's own word"}};

Words words_of(std::string_view text) {
  Words words;
  for (const auto word : std::views::split(text, ' '))
    if (!word.empty()) words.emplace_back(word.begin(), word.end());
  return words;
}

std::vector<ColumnFacts> all_facts() {
  std::vector<ColumnFacts> all;
  for (const std::span<const Raw> part :
       {std::span<const Raw>(ledger_facts), std::span<const Raw>(payment_facts),
        std::span<const Raw>(game_facts), std::span<const Raw>(other_facts),
        std::span<const Raw>(backup_facts)})
    for (const Raw& raw : part)
      all.push_back(
          {raw.table, words_of(raw.columns), raw.meaning, words_of(raw.checks), raw.against});
  return all;
}

}  // namespace column_table

std::string_view name_of(Meaning meaning) {
  constexpr std::array<std::string_view, 6> names = {"money", "identity", "order",
                                                     "state", "time",     "text"};
  return names.at(static_cast<size_t>(meaning));
}

std::span<const ColumnFacts> column_facts() {
  static const std::vector<ColumnFacts> all = column_table::all_facts();
  return all;
}

const ColumnFacts* find_facts(std::string_view table, std::string_view column) {
  const auto found = std::ranges::find_if(column_facts(), [&](const ColumnFacts& of) {
    return of.table == table && std::ranges::find(of.columns, column) != of.columns.end();
  });
  return found == column_facts().end() ? nullptr : &*found;
}

std::span<const Unknowable> unknowables() {
  return column_table::unknowable;
}

namespace {

bool any_named(const Words& says, std::string_view column) {
  return std::ranges::any_of(says, [&](Expression one) { return is_named(column, one); });
}

bool is_on_side(const Side& side, std::string_view table, std::string_view column) {
  // A transaction is what its entries say alike.
  const bool derived = side.table == "transactions" && table == "ledger_entries";
  if (side.table != table && !derived) return false;
  return any_named(side.on, column) || any_named(side.says, column) ||
         is_named(column, side.where.says);
}

}  // namespace

std::vector<std::string_view> joined_with(std::string_view table, std::string_view column) {
  std::set<std::string_view> tables;
  for (const Join& join : joins()) {
    if (is_on_side(join.one, table, column)) tables.insert(join.other.table);
    if (is_on_side(join.other, table, column)) tables.insert(join.one.table);
  }
  tables.erase(table);
  return {tables.begin(), tables.end()};
}

bool is_ruled(std::string_view table, std::string_view column) {
  const auto of = [&](const auto& rule) { return rule.table == table; };
  const auto same = [&](const Sameness& rule) {
    return of(rule) && (is_named(column, rule.one) || is_named(column, rule.other));
  };
  const auto ordered = [&](const Order& rule) {
    return of(rule) && (rule.by == column || rule.grows == column);
  };
  const auto told = [&](const Vocabulary& rule) { return of(rule) && rule.column == column; };
  const auto joined = [&](const Join& rule) {
    return is_on_side(rule.one, table, column) || is_on_side(rule.other, table, column);
  };
  return std::ranges::any_of(samenesses(), same) || std::ranges::any_of(orders(), ordered) ||
         std::ranges::any_of(vocabularies(), told) || std::ranges::any_of(joins(), joined) ||
         table == "accounts";
}

}  // namespace rehearse
