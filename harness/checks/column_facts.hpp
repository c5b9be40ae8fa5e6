// What each column of the books means, and who looks at it against which other book: the source of
// docs/columns.md, and what the corruption campaign holds the checks to.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "checks/sheets.hpp"

namespace rehearse {

enum class Meaning { money, identity, order, state, time, text };
std::string_view name_of(Meaning meaning);

struct ColumnFacts {
  std::string_view table;
  Words columns;
  Meaning meaning = Meaning::text;
  Words checks;              // that look at it; none: no independent book contradicts it
  std::string_view against;  // which book that is of, or why there is none
};
std::span<const ColumnFacts> column_facts();
// Of one column; null: nobody declared it.
const ColumnFacts* find_facts(std::string_view table, std::string_view column);

// Changes that no other book contradicts, although it does others of the kind: a cell in some rows,
// a row that is gone or comes twice, a table that is emptied or removed.
struct Unknowable {
  std::string_view table;
  Words changes;  // columns, or "a row gone", "a row twice", "emptied", "removed"
  Where where;    // rows; none: any
  std::string_view why;
};
std::span<const Unknowable> unknowables();

// The tables besides its own that a rule of the books compares a column with.
std::vector<std::string_view> joined_with(std::string_view table, std::string_view column);
// Whether any rule of the books speaks of it.
bool is_ruled(std::string_view table, std::string_view column);

}  // namespace rehearse
