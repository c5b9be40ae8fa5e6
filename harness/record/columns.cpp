// The one spelling of each table's columns. A column's name is its member's, so a row's struct in
// tables.hpp and its CSV header cannot drift apart.
#include "record/columns.hpp"

#include <array>

namespace rehearse {
namespace {

template <auto member>
struct MemberOf;
template <typename Whole, typename Part, Part Whole::*member>
struct MemberOf<member> {
  static Field of(void* row) { return &(static_cast<Whole*>(row)->*member); }
};

template <auto member>
constexpr Column column(std::string_view name, bool required, bool lenient = false) {
  return {name, MemberOf<member>::of, required, lenient};
}

template <typename Row>
constexpr std::array<Column, 0> columns_of{};

#define COLUMN(name) column<&Row::name>(#name, true)
#define OPTIONAL(name) column<&Row::name>(#name, false)
#define LENIENT(name) column<&Row::name>(#name, true, true)
// Of one row type; COLUMN and OPTIONAL name its members.
#define COLUMNS_OF(RowType, ...)                                       \
  struct RowType##Columns {                                            \
    using Row = RowType;                                               \
    static constexpr auto list = std::to_array<Column>({__VA_ARGS__}); \
  };                                                                   \
  template <>                                                          \
  constexpr auto columns_of<RowType> = RowType##Columns::list;

COLUMNS_OF(LedgerEntry, COLUMN(ledger), COLUMN(seq), COLUMN(tx), COLUMN(key), COLUMN(account),
           COLUMN(currency), COLUMN(amount_minor), OPTIONAL(version), COLUMN(kind), OPTIONAL(round),
           OPTIONAL(region_term), OPTIONAL(timeline), OPTIONAL(epoch), OPTIONAL(prev_hash),
           OPTIONAL(hash), COLUMN(committed_at))
COLUMNS_OF(Account, COLUMN(account), COLUMN(owner), COLUMN(bucket), COLUMN(currency),
           COLUMN(balance_minor), OPTIONAL(version))
COLUMNS_OF(Intent, COLUMN(key), COLUMN(operation), COLUMN(player), COLUMN(business_key),
           COLUMN(amount_minor), COLUMN(currency), COLUMN(state), COLUMN(updated_at))
COLUMNS_OF(ProviderTransfer, COLUMN(provider), COLUMN(transfer), COLUMN(business_key),
           COLUMN(direction), COLUMN(amount_minor), COLUMN(currency), COLUMN(state), COLUMN(at),
           OPTIONAL(fee_minor), OPTIONAL(updated_at))
COLUMNS_OF(WebhookEffect, COLUMN(provider), COLUMN(event), COLUMN(received), COLUMN(applied),
           OPTIONAL(tx), COLUMN(at), OPTIONAL(transfer), OPTIONAL(business_key))
COLUMNS_OF(LedgerEvent, COLUMN(topic), COLUMN(partition), COLUMN(offset), COLUMN(key), COLUMN(tx),
           COLUMN(kind), LENIENT(amount_minor), COLUMN(currency), COLUMN(at),
           OPTIONAL(published_at), OPTIONAL(first_at))
COLUMNS_OF(ReportingRow, COLUMN(tx), COLUMN(kind), COLUMN(amount_minor), COLUMN(currency),
           COLUMN(loaded_at), OPTIONAL(node))
COLUMNS_OF(Round, COLUMN(round), COLUMN(studio), COLUMN(opened_at), OPTIONAL(closed_at),
           COLUMN(state), OPTIONAL(reason))
COLUMNS_OF(PathHop, COLUMN(path), COLUMN(hop), COLUMN(component), COLUMN(address), COLUMN(name))
COLUMNS_OF(LifelineRequest, COLUMN(key), COLUMN(contact), COLUMN(player), COLUMN(operation),
           COLUMN(status), COLUMN(at_ms), COLUMN(registered_ms), COLUMN(declared_ms),
           COLUMN(ended_ms))
COLUMNS_OF(BettingWindow, COLUMN(window), COLUMN(table), COLUMN(opened_ms), COLUMN(closed_ms),
           COLUMN(decided_by))
COLUMNS_OF(WindowBet, COLUMN(key), COLUMN(window), COLUMN(decided_ms), COLUMN(outcome))
COLUMNS_OF(StreamSample, COLUMN(table), COLUMN(at_ms), COLUMN(mode), COLUMN(lost))
COLUMNS_OF(PaymentSwitch, COLUMN(key), COLUMN(from_provider), COLUMN(to_provider), COLUMN(reason),
           COLUMN(at))
COLUMNS_OF(SettlementRow, COLUMN(provider), COLUMN(transfer), COLUMN(business_key),
           COLUMN(direction), COLUMN(amount_minor), COLUMN(currency), COLUMN(fee_minor),
           COLUMN(verdict), OPTIONAL(file), OPTIONAL(whole))
COLUMNS_OF(StudioRound, COLUMN(studio), COLUMN(round), COLUMN(player), COLUMN(amount_minor),
           COLUMN(currency), COLUMN(state), COLUMN(reason), COLUMN(at))
COLUMNS_OF(StudioTransaction, COLUMN(studio), COLUMN(transaction), COLUMN(round), COLUMN(kind),
           COLUMN(bet), COLUMN(player), COLUMN(amount_minor), COLUMN(currency), COLUMN(state),
           OPTIONAL(contradicted), COLUMN(at))
COLUMNS_OF(AuditEntry, COLUMN(chain), COLUMN(position), COLUMN(tx), COLUMN(key), COLUMN(kind),
           COLUMN(actor), COLUMN(amount_minor), COLUMN(currency), COLUMN(at), COLUMN(prev_hash),
           COLUMN(hash))
COLUMNS_OF(LagSample, COLUMN(t_ms), COLUMN(node), COLUMN(what), COLUMN(value))
COLUMNS_OF(MachineSample, COLUMN(t_ms), COLUMN(length_us), COLUMN(waiting_us), COLUMN(idle_us),
           COLUMN(stolen_us), COLUMN(late_us))
COLUMNS_OF(ProviderRequest, COLUMN(provider), COLUMN(kind), COLUMN(business_key), COLUMN(at_ms))
COLUMNS_OF(ProviderEvent, COLUMN(provider), COLUMN(event), COLUMN(transfer))
COLUMNS_OF(ScreeningRow, COLUMN(business_key), COLUMN(player), COLUMN(direction),
           COLUMN(amount_minor), COLUMN(currency), COLUMN(state), COLUMN(decided_by),
           COLUMN(decided_at_ms), COLUMN(deferred_at_ms), COLUMN(bound_minor), COLUMN(window_s))
COLUMNS_OF(ScreeningVerdict, COLUMN(provider), COLUMN(screening), COLUMN(business_key),
           COLUMN(state), COLUMN(decided_at))
COLUMNS_OF(PlayerLimit, COLUMN(key), COLUMN(player), COLUMN(kind), COLUMN(currency),
           COLUMN(value_minor), COLUMN(after_seq), OPTIONAL(until_ms), OPTIONAL(from_ms))
COLUMNS_OF(ResidencyRow, COLUMN(store), COLUMN(player), COLUMN(home), OPTIONAL(region),
           OPTIONAL(home_region))
COLUMNS_OF(ResidencyRead, COLUMN(store), COLUMN(player), COLUMN(home), COLUMN(reader),
           COLUMN(outcome), OPTIONAL(region), OPTIONAL(home_region))
COLUMNS_OF(ResidencyPlace, COLUMN(region), COLUMN(place), COLUMN(shared), COLUMN(rows),
           COLUMN(marks), COLUMN(traces), COLUMN(trace))
COLUMNS_OF(SettingVersion, COLUMN(setting), COLUMN(version), COLUMN(content), COLUMN(content_hash),
           COLUMN(author), COLUMN(approved_by), COLUMN(valid_from_ms))
COLUMNS_OF(SettingUse, COLUMN(use), COLUMN(setting), COLUMN(version), COLUMN(content_hash),
           COLUMN(at_ms))
COLUMNS_OF(CreditDecision, COLUMN(seq), COLUMN(key), COLUMN(player), COLUMN(amount_minor),
           COLUMN(currency), COLUMN(approved), COLUMN(lender), COLUMN(player_max_minor),
           COLUMN(exposure_max_minor), OPTIONAL(state))
COLUMNS_OF(Alert, COLUMN(alert), COLUMN(about), COLUMN(began_at), COLUMN(ended_at), COLUMN(node))
COLUMNS_OF(Backup, COLUMN(label), COLUMN(kind), COLUMN(prior), COLUMN(started_at),
           COLUMN(finished_at), COLUMN(cluster), COLUMN(schema_version), COLUMN(wal_start),
           COLUMN(wal_stop), COLUMN(wal_last), COLUMN(size_bytes), COLUMN(stored_bytes),
           COLUMN(checksum_made), COLUMN(checksum), COLUMN(cipher), COLUMN(key_id),
           COLUMN(expires_at), COLUMN(locked_until), COLUMN(place), COLUMN(data_places))
COLUMNS_OF(KeptCopy, COLUMN(data), COLUMN(object), COLUMN(made_at), COLUMN(schema_version),
           COLUMN(rows), COLUMN(stored_bytes), COLUMN(checksum_made), COLUMN(checksum),
           COLUMN(cipher), COLUMN(key_id), COLUMN(expires_at), COLUMN(locked_until),
           COLUMN(restored_at), COLUMN(outcome), COLUMN(restored_rows))
COLUMNS_OF(DeposedEntry, COLUMN(node), COLUMN(ledger), COLUMN(seq), COLUMN(tx), COLUMN(key),
           COLUMN(account), COLUMN(currency), COLUMN(amount_minor), COLUMN(kind),
           COLUMN(committed_at))
COLUMNS_OF(BackupDeletion, COLUMN(at), COLUMN(account), COLUMN(object), COLUMN(version),
           COLUMN(status), COLUMN(kept), OPTIONAL(error))
COLUMNS_OF(Restore, COLUMN(label), COLUMN(target_at), COLUMN(started_at), COLUMN(finished_at),
           COLUMN(outcome), COLUMN(error), COLUMN(cluster), COLUMN(schema_version), COLUMN(key_id),
           COLUMN(primary_cluster), COLUMN(primary_schema_version), COLUMN(restored_bytes),
           COLUMN(restore_ms), COLUMN(replayed_bytes), COLUMN(replay_ms))

#undef COLUMNS_OF
#undef LENIENT
#undef OPTIONAL
#undef COLUMN

template <auto member>
struct TableOf;
template <typename Row, std::optional<std::vector<Row>> Books::*member>
struct TableOf<member> {
  static bool exists(const Books& books) { return (books.*member).has_value(); }
  static size_t count(const Books& books) { return (books.*member)->size(); }
  // Fields are read through the same pointers as they are written: see Table::row.
  static void* row(const Books& books, size_t i) {
    return const_cast<Row*>(&(*(books.*member))[i]);
  }
  static void create(Books& books) { (books.*member).emplace(); }
  static void remove(Books& books) { (books.*member).reset(); }
  static void* append(Books& books) { return &(books.*member)->emplace_back(); }
  static constexpr Table make(std::string_view name) {
    return {name, columns_of<Row>, exists, count, row, create, remove, append};
  }
};

#define TABLE(name) TableOf<&Books::name>::make(#name)
constexpr Table tables[] = {
    TABLE(ledger_entries),
    TABLE(accounts),
    TABLE(intents),
    TABLE(provider_transfers),
    TABLE(webhook_effects),
    TABLE(events),
    TABLE(reporting),
    TABLE(rounds),
    TABLE(paths),
    TABLE(lifeline_requests),
    TABLE(windows),
    TABLE(window_bets),
    TABLE(stream_samples),
    TABLE(payment_switches),
    TABLE(settlement_lines),
    TABLE(studio_rounds),
    TABLE(studio_transactions),
    TABLE(audit),
    TABLE(lags),
    TABLE(machine),
    TABLE(provider_requests),
    TABLE(provider_events),
    TABLE(screenings),
    TABLE(screening_verdicts),
    TABLE(player_limits),
    TABLE(residency),
    TABLE(residency_reads),
    TABLE(residency_places),
    TABLE(credit_log),
    TABLE(credit_decisions),
    TABLE(settings),
    TABLE(setting_uses),
    TABLE(alerts),
    TABLE(backups),
    TABLE(kept_copies),
    TABLE(backup_deletions),
    TABLE(restores),
    TABLE(deposed_entries),
};
#undef TABLE

}  // namespace

std::span<const Table> all_tables() {
  return tables;
}

}  // namespace rehearse
