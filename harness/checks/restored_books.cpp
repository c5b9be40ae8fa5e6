#include "checks/restored_books.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "checks/instants.hpp"
#include "record/columns.hpp"

namespace rehearse {
namespace {

auto place_of(const LedgerEntry* entry) {
  return std::tie(entry->ledger, entry->seq);
}

int64_t ms_of(std::string_view time) {
  return wall_ms_of(time).value_or(0);
}

int64_t answered_wall_ms(const Run& run, const Attempt& answer) {
  return (run.zero_wall_ns + answer.answered_ns - run.history.zero_ns) / ns_per_ms;
}

// Written so long before T that it was committed by then.
bool was_due(const Restored& restored, std::string_view time) {
  return ms_of(time) + commit_ms_max < restored.target_ms;
}

std::string named(const LedgerEntry& entry) {
  return fmt::format("tx {} ({} {}), seq {}", entry.tx, entry.kind, entry.key, entry.seq);
}

// Digests are summed up by slice, for entries come in the same order on both sides.
class SliceSums {
 public:
  void add(const LedgerEntry& entry) {
    constexpr size_t hour_digits = 13;  // "2026-01-31T12"
    size_t digest = static_cast<size_t>(entry.seq);
    const auto mix = [&digest](size_t part) { digest = (digest ^ part) * 0x9E3779B97F4A7C15U; };
    for (const std::string* text :
         {&entry.tx, &entry.key, &entry.account, &entry.kind, &entry.hash})
      mix(std::hash<std::string_view>{}(*text));
    mix(static_cast<size_t>(entry.amount_minor));
    const size_t range = std::hash<std::string_view>{}(entry.account) % slice_ranges;
    sums_[{entry.committed_at.substr(0, hour_digits), range}] += digest;
  }

  // Against these.
  Slices compared_with(const SliceSums& other) const {
    Slices slices;
    slices.count = static_cast<int64_t>(sums_.size());
    for (const auto& [slice, sum] : sums_) {
      const auto found = other.sums_.find(slice);
      if (found == other.sums_.end() || found->second != sum)
        slices.differing.push_back(
            fmt::format("{}h accounts {}/{}", slice.first, slice.second, slice_ranges));
    }
    return slices;
  }

 private:
  static constexpr size_t slice_ranges = 16;
  std::map<std::pair<std::string, size_t>, size_t> sums_;
};

// The first column in which two entries differ; empty: none.
std::string_view difference(const LedgerEntry& one, const LedgerEntry& other) {
  static const auto table = std::ranges::find(all_tables(), "ledger_entries", &Table::name);
  for (const Column& column : table->columns) {
    // Fields are read through the same pointers as they are written: see Table::row.
    const Field mine = column.of(const_cast<LedgerEntry*>(&one));
    const Field its = column.of(const_cast<LedgerEntry*>(&other));
    const bool alike =
        std::visit([&its](auto* value) { return *value == *std::get<decltype(value)>(its); }, mine);
    if (!alike) return column.name;
  }
  return "";
}

// Rows of a table that change: each is as the primary has it, unless that changed it after T.
template <typename Row>
struct Rules {
  std::string_view what;  // "intent"
  std::string Row::*name;
  std::string_view (*begun_at)(const Row&);    // surely there from then on
  std::string_view (*changed_at)(const Row&);  // for the last time
  bool (*same_thing)(const Row&, const Row&);
  bool (*same_state)(const Row&, const Row&);
};

template <typename Row>
void compare_rows(Examination& examination, const Restored& restored, const std::vector<Row>& all,
                  const std::vector<Row>& had, const Rules<Row>& rules) {
  std::unordered_map<std::string_view, const Row*> primary, present;
  for (const Row& row : all) primary[row.*rules.name] = &row;
  for (const Row& row : had) {
    examination.examined();
    const std::string& name = row.*rules.name;
    present[name] = &row;
    const auto found = primary.find(name);
    if (found == primary.end()) {
      examination.violation("{} {}: is in the restored database alone", rules.what, name);
      continue;
    }
    const Row& own = *found->second;
    const auto time = rules.changed_at(row);
    const bool unchanged =
        time == rules.changed_at(own) || was_due(restored, rules.changed_at(own));
    if (ms_of(time) > restored.target_ms)
      examination.violation("{} {}: changed at {}, which is after the moment", rules.what, name,
                            time);
    else if (!rules.same_thing(own, row) || (unchanged && !rules.same_state(own, row)))
      examination.violation("{} {}: is not as the primary had it", rules.what, name);
  }
  for (const Row& row : all)
    if (was_due(restored, rules.begun_at(row)) && !present.contains(row.*rules.name))
      examination.violation("{} {}: was there by {}, and is not restored", rules.what,
                            row.*rules.name, rules.begun_at(row));
}

// The operations that rows of a book are of, by their key.
template <typename Row>
std::set<uint64_t> operations_in(const Run& run, const std::optional<std::vector<Row>>& rows,
                                 std::string Row::*key) {
  std::set<uint64_t> operations;
  if (!rows) return operations;
  for (const Row& row : *rows)
    if (const auto known = parse_key(run.history.run_key, row.*key))
      operations.insert(known->operation);
  return operations;
}

const Rules<Intent> intent_rules = {
    "intent",
    &Intent::key,
    [](const Intent& row) -> std::string_view { return row.updated_at; },
    [](const Intent& row) -> std::string_view { return row.updated_at; },
    [](const Intent& one, const Intent& other) {
      return std::tie(one.operation, one.player, one.business_key, one.amount_minor,
                      one.currency) == std::tie(other.operation, other.player, other.business_key,
                                                other.amount_minor, other.currency);
    },
    [](const Intent& one, const Intent& other) { return one.state == other.state; }};

const Rules<Round> round_rules = {
    "round",
    &Round::round,
    [](const Round& row) -> std::string_view { return row.opened_at; },
    [](const Round& row) -> std::string_view {
      return row.closed_at.empty() ? row.opened_at : row.closed_at;
    },
    [](const Round& one, const Round& other) {
      return std::tie(one.studio, one.opened_at) == std::tie(other.studio, other.opened_at);
    },
    [](const Round& one, const Round& other) { return one.state == other.state; }};

}  // namespace

Slices compare_entries(Examination& examination, const Restored& restored) {
  const auto& all = restored.primary.ledger.entries();
  std::vector<const LedgerEntry*> had;
  for (const LedgerEntry& entry : *restored.books.ledger_entries) had.push_back(&entry);
  std::ranges::sort(had, {}, place_of);
  SliceSums primary, present;
  size_t next = 0;
  for (const LedgerEntry* entry : had) {
    examination.examined();
    present.add(*entry);
    for (; next < all.size() && place_of(all[next]) < place_of(entry); ++next) {
      primary.add(*all[next]);
      examination.violation("{}: is not restored, though later ones are", named(*all[next]));
    }
    if (next == all.size() || place_of(all[next]) != place_of(entry)) {
      examination.violation("{}: is in the restored ledger alone", named(*entry));
      continue;
    }
    const LedgerEntry& own = *all[next++];
    primary.add(own);
    if (const auto column = difference(own, *entry); !column.empty())
      examination.violation("{}: its {} is not as the primary has it", named(*entry), column);
    if (ms_of(entry->committed_at) > restored.target_ms)
      examination.violation("{}: of {}, which is after the moment", named(*entry),
                            entry->committed_at);
  }
  for (; next < all.size(); ++next)
    if (was_due(restored, all[next]->committed_at))
      examination.violation("{}: of {}, and not restored", named(*all[next]),
                            all[next]->committed_at);
  return primary.compared_with(present);
}

void examine_told(Examination& examination, const Restored& restored) {
  const Run& run = restored.primary.run;
  for (const Operation& operation : run.history.operations) {
    const Ended& end = restored.primary.ended[operation.id];
    const bool told = end.outcome == Outcome::ok && is_posting(operation.kind);
    if (!told || end.answer->seq <= restored.last_seq) continue;
    const int64_t before_ms = restored.target_ms - answered_wall_ms(run, *end.answer);
    if (before_ms <= 0) continue;
    examination.violation("{} {}: acknowledged {} ms before the moment, and not restored",
                          key_of(run.history.run_key, operation.id), name_of(operation.kind),
                          before_ms);
  }
}

void examine_restored_accounts(Examination& examination, const Restored& restored) {
  std::unordered_map<std::string_view, Int128> sums;
  for (const LedgerEntry& entry : *restored.books.ledger_entries)
    sums[entry.account] += entry.amount_minor;
  for (const Account& account : *restored.books.accounts) {
    examination.examined();
    const Int128 sum = std::exchange(sums[account.account], Int128{0});
    if (sum != account.balance_minor)
      examination.violation("{}: holds {}, its restored entries come to {}", account.account,
                            money(account.balance_minor, account.currency),
                            money(sum, account.currency));
  }
  for (const auto& [account, sum] : sums)
    if (sum != 0) examination.violation("{}: has restored entries and no account", account);
}

void compare_intents(Examination& examination, const Restored& restored) {
  const auto& all = *restored.primary.run.books.intents;
  const auto& had = *restored.books.intents;
  compare_rows(examination, restored, all, had, intent_rules);
  std::unordered_set<std::string_view> known, present;
  for (const Intent& intent : all) known.insert(intent.key);
  for (const Intent& intent : had) present.insert(intent.key);
  for (const LedgerEntry& entry : *restored.books.ledger_entries)
    if (known.contains(entry.key) && present.insert(entry.key).second)
      examination.violation("{}: is booked without its key: sent again, it is booked again",
                            named(entry));
}

int64_t compare_rounds(Examination& examination, const Restored& restored) {
  const auto& all = restored.primary.run.books.rounds;
  const auto& had = restored.books.rounds;
  if (!all || !had) return 0;
  compare_rows(examination, restored, *all, *had, round_rules);
  return std::ranges::count(*had, "open", &Round::state);
}

// In the ledger's order, and so without a moment in between: what was taken below its end is there.
void compare_limits(Examination& examination, const Restored& restored) {
  const auto& all = restored.primary.run.books.player_limits;
  const auto& had = restored.books.player_limits;
  if (!all || !had) return;
  std::unordered_map<std::string_view, const PlayerLimit*> primary, present;
  for (const PlayerLimit& limit : *all) primary[limit.key] = &limit;
  for (const PlayerLimit& limit : *had) {
    examination.examined();
    present[limit.key] = &limit;
    const auto found = primary.find(limit.key);
    if (found == primary.end() || *found->second != limit)
      examination.violation("{} of {} ({}): is not as the primary has it", limit.kind, limit.player,
                            limit.key);
  }
  for (const PlayerLimit& limit : *all)
    if (limit.after_seq < restored.last_seq && !present.contains(limit.key))
      examination.violation("{} of {} ({}): is not restored", limit.kind, limit.player, limit.key);
}

// Versions are added and never changed: each that was published before the moment is there as it is
// now, and no other.
void compare_settings(Examination& examination, const Restored& restored) {
  const auto& all = restored.primary.run.books.settings;
  const auto& had = restored.books.settings;
  if (!all || !had) return;
  std::map<std::pair<std::string_view, int64_t>, const SettingVersion*> present;
  for (const SettingVersion& version : *had) present[{version.setting, version.version}] = &version;
  for (const SettingVersion& version : *all) {
    examination.examined();
    const auto found = present.find({version.setting, version.version});
    if (found == present.end()) {
      if (version.valid_from_ms + commit_ms_max < restored.target_ms)
        examination.violation("{} {}: was published before the moment, and is not restored",
                              version.setting, version.version);
      continue;
    }
    if (found->second->content != version.content ||
        found->second->valid_from_ms != version.valid_from_ms)
      examination.violation("{} {}: is not as it was published", version.setting, version.version);
    present.erase(found);
  }
  for (const auto& [name, version] : present)
    examination.violation("{} {}: is in the restored database alone", name.first, name.second);
}

ToldSince told_since(const Restored& restored) {
  const Run& run = restored.primary.run;
  const std::set<uint64_t> in_events = operations_in(run, run.books.events, &LedgerEvent::key);
  const std::set<uint64_t> at_providers =
      operations_in(run, run.books.provider_transfers, &ProviderTransfer::business_key);
  ToldSince told;
  for (const Operation& operation : run.history.operations) {
    const Ended& end = restored.primary.ended[operation.id];
    if (end.outcome != Outcome::ok || !has_key(operation.kind) || !is_promise(operation)) continue;
    if (answered_wall_ms(run, *end.answer) < restored.target_ms) continue;
    if (end.answer->seq != 0 && end.answer->seq <= restored.last_seq) continue;
    const std::string currency(name_of(operation.currency));
    const Int128 minor = magnitude(acknowledged_minor(operation, *end.answer));
    ToldSince::Part& part = in_events.contains(operation.id)      ? told.by_events
                            : at_providers.contains(operation.id) ? told.by_providers
                                                                  : told.by_nobody;
    for (ToldSince::Part* one : {&told.all, &part}) {
      ++one->operations;
      one->minor[currency] += minor;
    }
    if (&part == &told.by_nobody && minor != 0)
      told.lost.push_back(fmt::format(
          "{} {} of {}: {}, told {} ms after the moment", key_of(run.history.run_key, operation.id),
          name_of(operation.kind), player_name(operation.player), money(minor, currency),
          answered_wall_ms(run, *end.answer) - restored.target_ms));
  }
  return told;
}

}  // namespace rehearse
