// Proves that the books are books: each names a thing once, says of it only what can be said, and
// no two of one store say different things of it. What independent books say of the same money is
// compared by the checks of that money.
// From: all tables; each rule is a row of the data below.
// Cannot see: what a book says of times and of things that no other book knows.
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"
#include "record/columns.hpp"

namespace rehearse {
namespace {

using Words = std::vector<std::string_view>;

// These columns together name a row.
struct Identity {
  std::string_view table;
  Words columns;
};
const Identity identities[] = {{"ledger_entries", {"ledger", "seq"}},
                               {"accounts", {"account"}},
                               {"intents", {"key"}},
                               {"provider_transfers", {"provider", "transfer"}},
                               {"webhook_effects", {"provider", "event"}},
                               {"events", {"topic", "partition", "offset"}},
                               {"rounds", {"round"}},
                               {"paths", {"path", "hop", "address"}},
                               {"lifeline_requests", {"key"}},
                               {"windows", {"window"}},
                               {"window_bets", {"key"}},
                               {"stream_samples", {"table", "at_ms"}},
                               {"studio_rounds", {"studio", "round"}},
                               {"studio_transactions", {"studio", "transaction"}},
                               {"audit", {"chain", "position"}},
                               {"lags", {"t_ms", "node", "what"}},
                               {"machine", {"t_ms"}},
                               {"provider_events", {"provider", "event"}},
                               {"screenings", {"business_key", "direction"}},
                               {"screening_verdicts", {"provider", "screening"}},
                               {"player_limits", {"key"}},
                               {"residency", {"store", "player"}},
                               {"credit_log", {"key"}},
                               {"credit_decisions", {"key"}}};

// A column that says one of these.
struct Vocabulary {
  std::string_view table, column;
  Words words;
};
const Vocabulary vocabularies[] = {
    {"provider_transfers", "direction", {"in", "out", "refund", "chargeback"}},
    {"provider_requests", "kind", {"create", "query"}},
    {"screenings", "direction", {"deposit", "payout"}},
    {"stream_samples", "mode", {"webrtc", "hls"}},
    {"residency_reads", "outcome", {"ok", "refused"}},
    {"window_bets", "outcome", {"accepted", "outside_window", "declined"}},
    {"player_limits", "kind", {"frozen", "self_exclusion", "deposit_limit", "loss_limit"}},
    {"settlement_lines", "direction", {"in", "out", "refund", "chargeback"}},
    {"studio_transactions", "kind", {"bet", "win", "rollback", "bonus_win", "jackpot", "close"}}};

// What a row says of a thing is among what the other table says of the same thing, where it knows
// it (or must know it): both are of one store, or of one party.
struct Agreement {
  std::string_view table, name, value, other, other_name, other_value;
  bool must_know = false;
};
constexpr Agreement agreements[] = {
    {"intents", "key", "currency", "ledger_entries", "key", "currency"},
    {"events", "key", "partition", "events", "key", "partition"},
    {"rounds", "round", "studio", "studio_rounds", "round", "studio"},
    {"studio_rounds", "round", "player", "studio_transactions", "round", "player"},
    {"studio_rounds", "round", "currency", "studio_transactions", "round", "currency"},
    {"studio_transactions", "round", "studio", "studio_rounds", "round", "studio", true},
    {"window_bets", "window", "window", "windows", "window", "window", true},
    {"provider_events", "transfer", "provider", "provider_transfers", "transfer", "provider", true},
    {"screenings", "business_key", "currency", "intents", "key", "currency", true},
    {"screenings", "business_key", "player", "intents", "key", "player", true},
    {"residency_reads", "player", "home", "residency", "player", "home", true},
    {"credit_decisions", "key", "player", "intents", "key", "player", true}};

std::string text_of(const Field& field) {
  struct {
    std::string operator()(const std::string* value) const { return *value; }
    std::string operator()(const int64_t* value) const { return fmt::format("{}", *value); }
    std::string operator()(const std::optional<int64_t>* value) const {
      return *value ? fmt::format("{}", **value) : "";
    }
  } text;
  return std::visit(text, field);
}

// One column's texts; empty where the table is not there.
std::vector<std::string> column_of(const Books& books, std::string_view table_name,
                                   std::string_view column_name) {
  std::vector<std::string> texts;
  for (const Table& table : all_tables()) {
    if (table.name != table_name || !table.exists(books)) continue;
    for (const Column& column : table.columns) {
      if (column.name != column_name) continue;
      texts.reserve(table.count(books));
      for (size_t i = 0; i < table.count(books); ++i)
        texts.push_back(text_of(column.of(table.row(books, i))));
    }
  }
  return texts;
}

void examine_identity(Examination& examination, const Books& books, const Identity& identity) {
  std::vector<std::string> names;
  for (const std::string_view column : identity.columns) {
    const auto texts = column_of(books, identity.table, column);
    names.resize(texts.size());
    for (size_t i = 0; i < texts.size(); ++i) names[i] += (names[i].empty() ? "" : " ") + texts[i];
  }
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : names) {
    examination.examined();
    if (!seen.insert(name).second) examination.violation("{}: {} twice", identity.table, name);
  }
}

void examine_words(Examination& examination, const Books& books, const Vocabulary& vocabulary) {
  for (const std::string& text : column_of(books, vocabulary.table, vocabulary.column)) {
    examination.examined();
    if (std::ranges::find(vocabulary.words, text) == vocabulary.words.end())
      examination.violation("{}.{}: \"{}\" is none of its words", vocabulary.table,
                            vocabulary.column, text);
  }
}

void examine_agreement(Examination& examination, const Books& books, const Agreement& rule) {
  const auto names = column_of(books, rule.table, rule.name);
  const auto values = column_of(books, rule.table, rule.value);
  const auto other_names = column_of(books, rule.other, rule.other_name);
  const auto other_values = column_of(books, rule.other, rule.other_value);
  if (other_names.empty()) return;
  std::unordered_map<std::string_view, std::set<std::string_view>> said;
  for (size_t i = 0; i < other_names.size(); ++i) said[other_names[i]].insert(other_values[i]);
  const bool of_itself = rule.table == rule.other;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    examination.examined();
    const auto found = said.find(names[i]);
    if (found == said.end()) {
      if (rule.must_know)
        examination.violation("{}: {} {} is not in {}", rule.table, rule.name, names[i],
                              rule.other);
    } else if (of_itself ? found->second.size() > 1 : !found->second.contains(values[i])) {
      examination.violation("{}: {} {} has {} \"{}\", and in {} \"{}\"", rule.table, rule.name,
                            names[i], rule.value, values[i], rule.other, *found->second.begin());
    }
  }
}

// "player:p1:cash:EUR" says whose it is, and what is in it.
void examine_accounts(Examination& examination, const Books& books) {
  if (!books.accounts) return;
  for (const Account& account : *books.accounts) {
    if (!account.account.starts_with("player:")) continue;
    examination.examined();
    const std::string name =
        fmt::format("player:{}:{}:{}", account.owner, account.bucket, account.currency);
    if (account.account != name)
      examination.violation("accounts: {} is said to be {}", account.account, name);
  }
}

// A time of the books can be read; where there is none it is empty.
void examine_times(Examination& examination, const Books& books) {
  for (const Table& table : all_tables()) {
    if (!table.exists(books)) continue;
    for (const Column& column : table.columns) {
      if (column.name != "at" && !column.name.ends_with("_at")) continue;
      for (const std::string& text : column_of(books, table.name, column.name)) {
        if (text.empty()) continue;
        examination.examined();
        if (!parse_utc_ns(text))
          examination.violation("{}.{}: \"{}\" is no time", table.name, column.name, text);
      }
    }
  }
}

}  // namespace

Finding examine_books_consistent(const Joined& joined) {
  const Books& books = joined.run.books;
  Examination examination("books_consistent");
  for (const Identity& identity : identities) examine_identity(examination, books, identity);
  for (const Vocabulary& vocabulary : vocabularies) examine_words(examination, books, vocabulary);
  for (const Agreement& agreement : agreements) examine_agreement(examination, books, agreement);
  examine_accounts(examination, books);
  examine_times(examination, books);
  const std::string summary =
      examination.violations() == 0
          ? "every book names each thing once, in its words, and as the others do"
          : counted(examination.violations(), "contradiction") + " within the books";
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
