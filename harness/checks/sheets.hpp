// Books as texts by table and column, so that rules about them can be data (book_rules.hpp).
// Besides the canonical tables there are two that the run itself gives:
//   clients       key, kind, entry (as the ledger calls what it books), player, currency,
//                 amount_minor (asked for), told_minor (by the answer), outcome, reason
//   transactions  tx, key, kind, player, provider, currency, moved_minor, round
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/joined.hpp"

namespace rehearse {

// What a row says: the text of a column; of "key:" the part before the first colon, its business
// key; of "=word" that word; of a text with {column} in it the text with those replaced.
using Expression = std::string_view;
using Words = std::vector<std::string_view>;

// Rows for which an expression says one of the words; "!word": and does not say that one.
struct Where {
  Expression says = {};
  Words words = {};
};

// Texts that are made, one behind the other: millions of small ones.
class TextHeap {
 public:
  std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t used_ = 0, size_ = 0;  // of the last block
};

class Sheets {
 public:
  explicit Sheets(const Joined& joined) : joined_(joined) {}
  Sheets(const Sheets&) = delete;
  Sheets& operator=(const Sheets&) = delete;

  // Ends the lives of all texts that were made, and keeps what the next ones are made of.
  void forget() { heap_ = {}; }

  // Whether the platform has such a table; the run's own are there with what they come from.
  bool has(std::string_view table) const;
  size_t rows(std::string_view table) const;
  std::vector<bool> chosen(std::string_view table, const Where& where);
  // Of every row that is chosen what the expressions say, with a blank between them; of others
  // anything. The texts live as long as the run and this, or until they are forgotten.
  std::vector<std::string_view> texts(std::string_view table, std::span<const Expression> says,
                                      const std::vector<bool>& chosen);
  std::vector<std::string_view> texts(std::string_view table, std::span<const Expression> says);

 private:
  // A part of what is said: a text that is the same for all, or a column.
  struct Piece {
    std::string_view literal;
    std::vector<std::string_view> column;
  };

  void add_pieces(std::vector<Piece>& pieces, std::string_view table, Expression says,
                  const std::vector<bool>& chosen);
  std::vector<std::string_view> column(std::string_view table, std::string_view name,
                                       const std::vector<bool>& chosen);
  std::vector<std::string_view> clients(std::string_view name, const std::vector<bool>& chosen);
  const std::vector<const Operation*>& sent() const;
  const std::vector<std::string_view>& client_keys();
  std::vector<std::string_view> transactions(std::string_view name,
                                             const std::vector<bool>& chosen);
  std::string_view number(int64_t value);

  const Joined& joined_;
  TextHeap heap_;
  mutable std::optional<std::vector<const Operation*>> sent_;
  TextHeap keys_heap_;
  std::optional<std::vector<std::string_view>> client_keys_;
};

// As a rule's message names what it looks at: "provider, event".
std::string named(std::span<const Expression> says);

}  // namespace rehearse
