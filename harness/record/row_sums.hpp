// A short sum of each row of a table, kept beside the sum of the whole file, so that a change can
// be named by its rows and not only by its file.
#pragma once

#include <string>
#include <string_view>

namespace rehearse {

enum class RowFormat { csv, lines };  // csv: the first row is the header, and counts as row 0

// The first 8 hex digits of each row's SHA-256, one after the other.
std::string row_sums(std::string_view text, RowFormat format);

// Which rows are not as they were: "row 5 altered", "rows 7 to 9 are gone", "row 4 came later".
// Empty where the rows are the same, or where sums are none (the table was too long for them).
std::string changed_rows(std::string_view then, std::string_view now, RowFormat format);

}  // namespace rehearse
