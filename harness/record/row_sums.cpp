#include "record/row_sums.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.hpp"

namespace rehearse {
namespace {

constexpr size_t digits = 8, ranges_max = 5;

// A line's end between quotes belongs to its field.
size_t end_of_row(std::string_view text, RowFormat format) {
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    quoted ^= format == RowFormat::csv && text[at] == '"';
    if (text[at] == '\n' && !quoted) return at + 1;
  }
  return text.size();
}

std::string range_text(size_t first, size_t last) {
  return first == last ? fmt::format("row {}", first) : fmt::format("rows {} to {}", first, last);
}

}  // namespace

std::string row_sums(std::string_view text, RowFormat format) {
  std::string sums;
  while (!text.empty()) {
    const size_t end = end_of_row(text, format);
    sums.append(sha256_hex(text.substr(0, end)), 0, digits);
    text.remove_prefix(end);
  }
  return sums;
}

std::string changed_rows(std::string_view then, std::string_view now, RowFormat format) {
  const size_t before = then.size() / digits, after = now.size() / digits;
  if (before == 0 || after == 0) return "";
  const auto same = [&](size_t a, size_t b) {
    return then.substr(a * digits, digits) == now.substr(b * digits, digits);
  };
  size_t head = 0, tail = 0;
  const size_t shorter = std::min(before, after);
  while (head < shorter && same(head, head)) ++head;
  while (tail < shorter - head && same(before - 1 - tail, after - 1 - tail)) ++tail;
  const size_t number = head + (format == RowFormat::csv ? 0 : 1);
  const size_t gone = before - head - tail, came = after - head - tail;
  if (gone == 0 && came == 0) return "";
  if (came == 0)
    return range_text(number, number + gone - 1) + (gone > 1 ? " are gone" : " is gone");
  if (gone == 0) return range_text(number, number + came - 1) + " came later";
  if (gone != came)
    return fmt::format("{} replaced by {} others", range_text(number, number + gone - 1), came);
  std::string altered;
  size_t ranges = 0;
  for (size_t i = 0; i < gone; ++i) {
    if (same(head + i, head + i)) continue;
    const size_t first = i;
    while (i + 1 < gone && !same(head + i + 1, head + i + 1)) ++i;
    if (++ranges > ranges_max) return altered + " and more altered";
    altered += (altered.empty() ? "" : ", ") + range_text(number + first, number + i);
  }
  return altered + " altered";
}

}  // namespace rehearse
