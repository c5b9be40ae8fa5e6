// The canonical tables described as data: which columns each has, and how a row's fields are
// reached without knowing its type. What reads, writes, counts or alters books goes through this.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "record/tables.hpp"

namespace rehearse {

// Points into a row: a text, a whole number, or one that may be unknown.
using Field = std::variant<std::string*, int64_t*, std::optional<int64_t>*>;

struct Column {
  std::string_view name;
  Field (*of)(void* row);
  bool required = true;  // a platform that lacks an optional one loses checks, not its books
  bool lenient = false;  // what is no number there is 0: a finding for the checks, the file is read
};

struct Table {
  std::string_view name;
  std::span<const Column> columns;
  bool (*exists)(const Books& books);  // nullopt in Books: the platform has no such table
  // Of a table that exists. Whoever holds the books as const must not write through `row`.
  size_t (*count)(const Books& books);
  void* (*row)(const Books& books, size_t i);
  void (*create)(Books& books);  // an empty one
  void (*remove)(Books& books);
  void* (*append)(Books& books);  // a row with its defaults
};

std::span<const Table> all_tables();

}  // namespace rehearse
