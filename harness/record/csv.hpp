// Plain CSV (RFC 4180) with a header: how the canonical tables are kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/utf8.hpp"

namespace rehearse {

using CsvRow = std::vector<std::string>;

// Appends one field, quoted where it has to be.
void append_csv_field(std::string& out, std::string_view field);

// Writes header and rows; the file is there whole or not at all.
Status write_csv(const std::string& path, const CsvRow& header, const std::vector<CsvRow>& rows);

// Records of a CSV text, one after the other. Fields keep their room from record to record.
class CsvReader {
 public:
  // What begins with a byte order mark, as spreadsheets write it, has none.
  explicit CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  // The next record's fields are the first `count` of `fields`. False at the end of the text, or
  // where it is no CSV: then error() says why.
  bool next(std::vector<std::string>& fields, size_t& count);
  int64_t line() const { return line_; }  // on which that record begins, from 1
  const std::string& error() const { return error_; }

 private:
  bool take_field(std::string& field);
  bool take_quoted(std::string& field);
  void end_line();

  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1, line_next_ = 1;
  std::string error_;
};

}  // namespace rehearse
