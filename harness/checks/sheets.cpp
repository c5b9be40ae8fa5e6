#include "checks/sheets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/units.hpp"
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
  if (table == "clients") return sent().size();
  if (table == "transactions") return joined_.ledger.transactions().size();
  return find_table(table)->count(joined_.run.books);
}

std::string_view TextHeap::keep(std::string_view text) {
  constexpr size_t block_bytes = 1U << 18;
  if (blocks_.empty() || size_ - used_ < text.size()) {
    size_ = std::max(block_bytes, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
    used_ = 0;
  }
  char* const place = blocks_.back().get() + used_;
  std::ranges::copy(text, place);
  used_ += text.size();
  return {place, text.size()};
}

// Both are asked for by many rules, and are the same for all of them.
const std::vector<const Operation*>& Sheets::sent() const {
  if (!sent_) sent_ = sent_operations(joined_);
  return *sent_;
}
const Texts& Sheets::client_keys() {
  if (client_keys_) return *client_keys_;
  client_keys_.emplace();
  for (const Operation* operation : sent())
    client_keys_->push_back(keys_heap_.keep(key_of(joined_.run.history.run_key, operation->id)));
  return *client_keys_;
}

std::string_view Sheets::number(int64_t value) {
  const fmt::format_int text(value);
  return heap_.keep({text.data(), text.size()});
}

Texts Sheets::clients(std::string_view name, const std::vector<bool>& chosen) {
  if (name == "key") return client_keys();
  const auto& operations = sent();
  Texts texts(operations.size());
  for (size_t i = 0; i < operations.size(); ++i) {
    if (!chosen[i]) continue;
    const Operation& operation = *operations[i];
    const Ended& ended = joined_.ended[operation.id];
    if (name == "kind")
      texts[i] = name_of(operation.kind);
    else if (name == "entry")
      texts[i] = entry_of(operation);
    else if (name == "player")
      texts[i] = heap_.keep(player_name(operation.player));
    else if (name == "currency")
      texts[i] = name_of(operation.currency);
    else if (name == "amount_minor")
      texts[i] = number(operation.amount_minor);
    else if (name == "told_minor")
      texts[i] = number(ended.answer->amount_minor);
    else if (name == "outcome")
      texts[i] = name_of(ended.outcome);
    else if (name == "reason")
      texts[i] = ended.answer->reason;
  }
  return texts;
}

Texts Sheets::transactions(std::string_view name, const std::vector<bool>& chosen) {
  const auto& all = joined_.ledger.transactions();
  Texts texts(all.size());
  if (name == "round") {
    for (const LedgerEntry* entry : joined_.ledger.entries())
      texts[joined_.ledger.index_of(*entry)] = entry->round;
    return texts;
  }
  std::string_view Transaction::*member = name == "tx"         ? &Transaction::tx
                                          : name == "key"      ? &Transaction::key
                                          : name == "kind"     ? &Transaction::kind
                                          : name == "player"   ? &Transaction::player
                                          : name == "provider" ? &Transaction::provider
                                                               : &Transaction::currency;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!chosen[i]) continue;
    texts[i] = name == "moved_minor" ? heap_.keep(to_string(moved_minor(all[i]))) : all[i].*member;
  }
  return texts;
}

Texts Sheets::column(std::string_view table_name, std::string_view name,
                     const std::vector<bool>& chosen) {
  if (table_name == "clients") return clients(name, chosen);
  if (table_name == "transactions") return transactions(name, chosen);
  const Books& books = joined_.run.books;
  const Table& table = *find_table(table_name);
  const Column* column = find_column(table, name);
  Texts texts(chosen.size());
  if (column == nullptr) return texts;
  struct {
    Sheets& sheets;
    std::string_view operator()(const std::string* value) const { return *value; }
    std::string_view operator()(const int64_t* value) const { return sheets.number(*value); }
    std::string_view operator()(const std::optional<int64_t>* value) const {
      return *value ? sheets.number(**value) : std::string_view();
    }
  } text{*this};
  for (size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) texts[i] = std::visit(text, column->of(table.row(books, i)));
  return texts;
}

void Sheets::add_pieces(std::vector<Piece>& pieces, std::string_view table, Expression says,
                        const std::vector<bool>& chosen) {
  if (says.starts_with('=')) {
    pieces.push_back({says.substr(1), {}});
  } else if (says.find('{') == Expression::npos) {
    const bool business = says.ends_with(':');
    Texts texts = column(table, business ? says.substr(0, says.size() - 1) : says, chosen);
    if (business) std::ranges::transform(texts, texts.begin(), business_key_of);
    pieces.push_back({{}, std::move(texts)});
  } else {
    for (size_t open = says.find('{'); open != Expression::npos; open = says.find('{')) {
      const size_t close = says.find('}');
      if (open > 0) pieces.push_back({says.substr(0, open), {}});
      add_pieces(pieces, table, says.substr(open + 1, close - open - 1), chosen);
      says.remove_prefix(close + 1);
    }
    if (!says.empty()) pieces.push_back({says, {}});
  }
}

Texts Sheets::texts(std::string_view table, std::span<const Expression> says,
                    const std::vector<bool>& chosen) {
  if (!has(table)) return {};
  std::vector<Piece> pieces;
  for (const Expression next : says) {
    if (!pieces.empty()) pieces.push_back({" ", {}});
    add_pieces(pieces, table, next, chosen);
  }
  if (pieces.size() == 1 && !pieces[0].column.empty()) return std::move(pieces[0].column);
  Texts texts(chosen.size());
  if (pieces.size() == 1) std::ranges::fill(texts, pieces[0].literal);
  if (pieces.size() < 2) return texts;
  std::string whole;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!chosen[i]) continue;
    whole.clear();
    for (const Piece& piece : pieces)
      whole += piece.column.empty() ? piece.literal : piece.column[i];
    texts[i] = heap_.keep(whole);
  }
  return texts;
}

Texts Sheets::texts(std::string_view table, std::span<const Expression> says) {
  return texts(table, says, std::vector<bool>(rows(table), true));
}

std::vector<bool> Sheets::chosen(std::string_view table, const Where& where) {
  std::vector<bool> chosen(rows(table), true);
  if (where.says.empty() || !has(table)) return chosen;
  const Texts said = texts(table, Words{where.says});
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
