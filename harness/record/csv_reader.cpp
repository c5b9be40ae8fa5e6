
#include "record/csv.hpp"

namespace rehearse {

bool CsvReader::next(std::vector<std::string>& fields, size_t& count) {
  count = 0;
  line_ = line_next_;
  if (at_ >= text_.size()) return false;
  for (;;) {
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    if (!take_field(field)) return false;
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      continue;
    }
    end_line();
    return true;
  }
}

bool CsvReader::take_field(std::string& field) {
  if (at_ < text_.size() && text_[at_] == '"') return take_quoted(field);
  size_t end = at_;
  bool quote = false;
  for (; end < text_.size(); ++end) {
    const char c = text_[end];
    if (c == ',' || c == '\r' || c == '\n') break;
    quote |= c == '"';
  }
  field.assign(text_.substr(at_, end - at_));
  at_ = end;
  if (!quote) return true;
  error_ = "a quote inside a field that is not quoted";
  return false;
}

bool CsvReader::take_quoted(std::string& field) {
  for (++at_; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\n') ++line_next_;
    if (c != '"') {
      field += c;
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      field += '"';
      ++at_;
    } else {
      ++at_;
      if (at_ == text_.size() || std::string_view(",\r\n").contains(text_[at_])) return true;
      error_ = "text after a closing quote";
      return false;
    }
  }
  error_ = "a quote is not closed";
  return false;
}

void CsvReader::end_line() {
  if (at_ < text_.size() && text_[at_] == '\r') ++at_;
  if (at_ < text_.size() && text_[at_] == '\n') ++at_;
  ++line_next_;
}

}  // namespace rehearse
