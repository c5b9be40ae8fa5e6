#include "record/csv.hpp"

#include "base/files.hpp"

namespace rehearse {
void append_csv_field(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

namespace {

void append_row(std::string& out, const CsvRow& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i) out += ',';
    append_csv_field(out, row[i]);
  }
  out += '\n';
}

}  // namespace

Status write_csv(const std::string& path, const CsvRow& header, const std::vector<CsvRow>& rows) {
  std::string text;
  append_row(text, header);
  for (const auto& row : rows) append_row(text, row);
  return write_file_atomically(path, text);
}

}  // namespace rehearse
