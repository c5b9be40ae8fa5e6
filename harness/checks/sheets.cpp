#include "checks/sheets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "record/columns.hpp"

namespace rehearse {
namespace {

using Texts = std::vector<std::string_view>;

const Table* find_table(std::string_view name) {
  const auto found = std::ranges::find(all_tables(), name, &Table::name);
  return found == all_tables().end() ? nullptr : &*found;
}

const Column* find_column(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, name, &Column::name);
  return found == table.columns.end() ? nullptr : &*found;
}

// What the ledger calls what is booked under the operation's own key.
std::string_view entry_of(const Operation& operation) {
  const KindTraits& traits = traits_of(operation.kind);
  const KindStep* step = step_of(operation.kind, "");
  if (step != nullptr) return step->entry;
  return traits.intent.empty() ? traits.name : traits.intent;
}

std::vector<const Operation*> sent_operations(const Joined& joined) {
  std::vector<const Operation*> sent;
  for (const Operation& operation : joined.run.history.operations)
    if (has_key(operation.kind) && joined.ended[operation.id].first != nullptr)
      sent.push_back(&operation);
  return sent;
}

}  // namespace

bool Sheets::has(std::string_view table) const {
  if (table == "clients") return true;
  if (table == "transactions") return joined_.run.books.ledger_entries.has_value();
  const Table* found = find_table(table);
  return found != nullptr && found->exists(joined_.run.books);
}

size_t Sheets::rows(std::string_view table) const {
  if (!has(table)) return 0;
  if (table == "clients") return sent_operations(joined_).size();
  if (table == "transactions") return joined_.ledger.transactions().size();
  return find_table(table)->count(joined_.run.books);
}

Texts Sheets::clients(std::string_view name) {
  Texts texts;
  for (const Operation* operation : sent_operations(joined_)) {
    const Ended& ended = joined_.ended[operation->id];
    if (name == "key") texts.push_back(keep(key_of(joined_.run.history.run_key, operation->id)));
    if (name == "kind") texts.push_back(name_of(operation->kind));
    if (name == "entry") texts.push_back(entry_of(*operation));
    if (name == "player") texts.push_back(keep(player_name(operation->player)));
    if (name == "currency") texts.push_back(name_of(operation->currency));
    if (name == "amount_minor") texts.push_back(keep(fmt::format("{}", operation->amount_minor)));
    if (name == "told_minor") texts.push_back(keep(fmt::format("{}", ended.answer->amount_minor)));
    if (name == "outcome") texts.push_back(name_of(ended.outcome));
    if (name == "reason") texts.push_back(ended.answer->reason);
  }
  return texts;
}

Texts Sheets::transactions(std::string_view name) {
  const auto& all = joined_.ledger.transactions();
  Texts texts;
  texts.reserve(all.size());
  for (const Transaction& transaction : all) {
    if (name == "tx") texts.push_back(transaction.tx);
    if (name == "key") texts.push_back(transaction.key);
    if (name == "kind") texts.push_back(transaction.kind);
    if (name == "player") texts.push_back(transaction.player);
    if (name == "provider") texts.push_back(transaction.provider);
    if (name == "currency") texts.push_back(transaction.currency);
    if (name == "moved_minor") texts.push_back(keep(to_string(moved_minor(transaction))));
  }
  if (name != "round") return texts;
  texts.resize(all.size());
  for (const LedgerEntry* entry : joined_.ledger.entries())
    texts[joined_.ledger.index_of(*entry)] = entry->round;
  return texts;
}

Texts Sheets::column(std::string_view table_name, std::string_view name) {
  if (table_name == "clients") return clients(name);
  if (table_name == "transactions") return transactions(name);
  const Books& books = joined_.run.books;
  const Table& table = *find_table(table_name);
  const Column* column = find_column(table, name);
  Texts texts;
  if (column == nullptr) return texts;
  texts.reserve(table.count(books));
  struct {
    Sheets& sheets;
    std::string_view operator()(const std::string* value) const { return *value; }
    std::string_view operator()(const int64_t* value) const {
      return sheets.keep(fmt::format("{}", *value));
    }
    std::string_view operator()(const std::optional<int64_t>* value) const {
      return *value ? (*this)(&**value) : std::string_view();
    }
  } text{*this};
  for (size_t i = 0; i < table.count(books); ++i)
    texts.push_back(std::visit(text, column->of(table.row(books, i))));
  return texts;
}

Texts Sheets::text(std::string_view table, Expression says) {
  if (says.starts_with('=')) return Texts(rows(table), says.substr(1));
  if (says.find('{') == Expression::npos) {
    const bool business = says.ends_with(':');
    Texts texts = column(table, business ? says.substr(0, says.size() - 1) : says);
    if (business) std::ranges::transform(texts, texts.begin(), business_key_of);
    return texts;
  }
  std::vector<std::string> texts(rows(table));
  while (!says.empty()) {
    const size_t open = std::min(says.find('{'), says.size());
    for (std::string& whole : texts) whole += says.substr(0, open);
    if (open == says.size()) break;
    const size_t close = says.find('}');
    const Texts part = text(table, says.substr(open + 1, close - open - 1));
    for (size_t i = 0; i < texts.size(); ++i) texts[i] += part[i];
    says.remove_prefix(close + 1);
  }
  Texts kept;
  kept.reserve(texts.size());
  for (std::string& whole : texts) kept.push_back(keep(std::move(whole)));
  return kept;
}

Texts Sheets::texts(std::string_view table, std::span<const Expression> says) {
  if (!has(table)) return {};
  Texts first = says.empty() ? Texts(rows(table)) : text(table, says[0]);
  for (const Expression next : says.subspan(std::min<size_t>(1, says.size()))) {
    const Texts more = text(table, next);
    for (size_t i = 0; i < first.size(); ++i)
      first[i] = keep(fmt::format("{} {}", first[i], more[i]));
  }
  return first;
}

std::vector<bool> Sheets::chosen(std::string_view table, const Where& where) {
  std::vector<bool> chosen(rows(table), true);
  if (where.says.empty() || !has(table)) return chosen;
  const Texts said = text(table, where.says);
  const auto is_not = [](std::string_view word) { return word.starts_with('!'); };
  const bool any_of = !std::ranges::all_of(where.words, is_not);
  for (size_t i = 0; i < said.size(); ++i) {
    const auto says = [&](std::string_view word) {
      return is_not(word) ? word.substr(1) == said[i] : word == said[i];
    };
    const bool barred = std::ranges::any_of(
        where.words, [&](std::string_view word) { return is_not(word) && says(word); });
    chosen[i] = !barred && (!any_of || std::ranges::any_of(where.words, says));
  }
  return chosen;
}

std::string named(std::span<const Expression> says) {
  return fmt::format("{}", fmt::join(says, ", "));
}

}  // namespace rehearse
