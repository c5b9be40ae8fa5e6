// What the books must say of each other, as data: the check books_consistent holds them to it, and
// docs/columns.md and the corruption campaign read from here which book looks at which column.
// Nothing here may be a platform's custom that another platform need not have, except where a row's
// `where` asks for it first.
#pragma once

#include <span>
#include <string_view>

#include "checks/sheets.hpp"

namespace rehearse {

// These columns together name a row.
struct Identity {
  std::string_view table;
  Words columns;
  Where where = {};
};

// A column that says one of these.
struct Vocabulary {
  std::string_view table, column;
  Words words;
};

// Two things that a row says are the same.
struct Sameness {
  std::string_view table;
  Expression one, other;
  Where where = {};
};

struct Side {
  std::string_view table;
  Words on;         // the names of the thing
  Words says = {};  // what is told of it
  Where where = {};
};

// If the other side does not know the thing at all:
enum class Need {
  if_known,   // nothing can be said
  must_know,  // it is wrong
  of_known,   // it is wrong, if the other side knows the first of its names (a provider)
};

// What a row of the one side says of a thing is among what the other side says of it. Of one table
// and itself: all rows say the same of it.
struct Join {
  Side one, other;
  Need need = Need::if_known;
};

// Among rows that say the same in `of`, in the order of `by`, the time `grows` never falls.
struct Order {
  std::string_view table;
  Words of;
  std::string_view by, grows;
};

// With this capability (empty: a platform need not have it), and rows of another table that need it
// (empty: always), the table is there, and if so asked has rows.
struct Presence {
  std::string_view table, capability;
  std::string_view because = {};
  Where where = {};
  bool rows = true;
};

std::span<const Identity> identities();
std::span<const Vocabulary> vocabularies();
std::span<const Sameness> samenesses();
std::span<const Join> joins();
std::span<const Order> orders();
std::span<const Presence> presences();

// Whether a column is named by an expression, as in "key:" or "{round}:bet".
bool is_named(std::string_view column, Expression says);

}  // namespace rehearse
