#include "scenario/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/utf8.hpp"

namespace rehearse::yaml {
namespace {

bool is_bad(std::string_view character) {
  return is_unshown(character) && character != "\n" && character != "\r" && character != "\t";
}

// "0x01", or "U+202E" of those that take more than a byte.
std::string named(std::string_view character) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1) return fmt::format("0x{:02X}", byte(0));
  unsigned code = byte(0) & (character.size() == 2 ? 0x1F : 0x0F);
  for (size_t i = 1; i < character.size(); ++i) code = code << 6 | (byte(i) & 0x3F);
  return fmt::format("U+{:04X}", code);
}

}  // namespace

std::optional<Issue> find_bad_text(std::string_view text, Where origin) {
  if (text.size() > text_bytes_max) {
    return Issue{origin, fmt::format("{} bytes long: {} are allowed", text.size(), text_bytes_max)};
  }
  Where at = origin;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text.substr(i));
    if (length == 0) return Issue{at, "this is not UTF-8"};
    if (const auto character = text.substr(i, length); is_bad(character)) {
      return Issue{at, "control character " + named(character)};
    }
    const bool ends_line = text[i] == '\n';
    at.column = ends_line ? 1 : at.column + static_cast<int>(length);
    at.line += ends_line ? 1 : 0;
    i += length;
  }
  return std::nullopt;
}

std::string with_whole_characters(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  std::string whole(text);
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return whole;
  const auto half_at = [&whole](size_t at, unsigned from) -> std::optional<unsigned> {
    unsigned code = 0;
    const char* digits = whole.data() + at + 2;
    if (whole.size() < at + 6 || whole[at] != '\\' || whole[at + 1] != 'u' ||
        std::from_chars(digits, digits + 4, code, 16).ptr != digits + 4 || (code & 0xFC00) != from)
      return std::nullopt;
    return code & 0x3FF;
  };
  for (size_t at = whole.find('\\'); at != std::string::npos; at = whole.find('\\', at + 2)) {
    const auto high = half_at(at, 0xD800), low = high ? half_at(at + 6, 0xDC00) : std::nullopt;
    if (low) whole.replace(at, 12, fmt::format("\\U{:08X}", 0x10000 + (*high << 10) + *low));
  }
  return whole;
}

Lines::Lines(std::string_view text, Where origin) : text_(text), origin_(origin), starts_{0} {
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

Where Lines::where(int line, int column) const {
  const int row = std::clamp(line, 0, static_cast<int>(starts_.size()) - 1);
  const size_t next = row + 1 < static_cast<int>(starts_.size()) ? starts_[row + 1] : text_.size();
  // A mark past the last line is shown at the end of it.
  const int width = static_cast<int>(next - starts_[row]);
  const int at = row == line ? std::clamp(column, 0, width) : width;
  return {origin_.source, origin_.line + row, at + (row == 0 ? origin_.column : 1)};
}

std::string_view Lines::from(int line, int column) const {
  if (line < 0 || line >= static_cast<int>(starts_.size()) || column < 0) return {};
  return text_.substr(std::min(starts_[line] + static_cast<size_t>(column), text_.size()));
}

bool is_closed_quote(std::string_view text) {
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return true;
  const char quote = text[0];
  for (size_t i = 1; i < text.size(); ++i) {
    const bool escape = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
    if (escape) {
      ++i;
    } else if (text[i] == quote) {
      return true;
    }
  }
  return false;
}

}  // namespace rehearse::yaml
