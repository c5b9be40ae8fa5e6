#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/units.hpp"
#include "base/utf8.hpp"

namespace rehearse::text {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Calls `put` with each character, bytes that are none replaced.
template <typename Put>
void for_each_character(std::string_view text, Put&& put) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    put(length == 0 ? replacement : text.substr(0, length));
    text.remove_prefix(std::max<size_t>(length, 1));
  }
}

bool is_control(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character[0]);
  return byte < 0x20 || byte == 0x7F;
}

// Blanks too: in an attribute a reader would turn them into spaces.
std::string_view xml_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    case '\t':
      return "&#9;";
    default:
      return "";
  }
}

}  // namespace

Ink ink_of(Verdict verdict) {
  constexpr Ink inks[] = {Ink::green, Ink::red, Ink::yellow, Ink::dim};
  return inks[static_cast<size_t>(verdict)];
}

std::string inked(std::string text, Ink ink, bool color) {
  constexpr std::string_view codes[] = {"0", "1", "2", "32", "31", "33"};
  if (!color || ink == Ink::plain) return text;
  return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<size_t>(ink)], text);
}

size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string left(std::string text, size_t width) {
  const size_t has = width_of(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

std::string right(const std::string& text, size_t width) {
  const size_t has = width_of(text);
  return has < width ? std::string(width - has, ' ') + text : text;
}

std::string cut(const std::string& text, size_t width) {
  if (width_of(text) <= width) return text;
  std::string result;
  size_t columns = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++columns >= width) break;
    result += c;
  }
  return result + "…";
}

std::string_view mark_of(Verdict verdict) {
  constexpr std::string_view marks[] = {"✓", "✗", "?", "–"};
  return marks[static_cast<size_t>(verdict)];
}

std::string upper(std::string_view ascii) {
  std::string text(ascii);
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return text;
}

std::string ms_or_dash(const std::optional<double>& ms) {
  return ms ? format_ms(*ms) : "–";
}

std::string measured_text(const RtoRow& row) {
  if (!row.measured_ms) return "–";
  if (row.open_at_end) return "≥ " + format_ms(*row.measured_ms);
  return row.outages == 0 ? "none" : format_ms(*row.measured_ms);
}

std::string plain_money(Int128 minor, const std::string& currency) {
  const auto exponent = currency_exponent(currency);
  return format_minor(minor, exponent.value_or(0)) + " " + currency;
}

std::string lost_money_text(const RpoRow& row) {
  std::string money;
  for (const LostMoney& lost : row.lost_money) {
    money += (money.empty() ? "" : ", ") + plain_money(lost.minor, lost.currency);
  }
  if (!money.empty()) return money;
  return row.lost_count == 0 ? "none" : "–";
}

std::vector<std::string> reasons_against(const Report& report) {
  std::vector<std::string> reasons;
  if (report.met) return reasons;
  const Run& run = *report.run;
  std::set<std::string_view> minded = {
      ""};  // checks that the run is judged by; "" = the run itself
  for (const Finding& check : report.checks) {
    const Standing standing = standing_of(run, check);
    if (standing == Standing::wrong && check.verdict != Verdict::fail)
      reasons.push_back(
          fmt::format("{} must be red and is {}", check.check, name_of(check.verdict)));
    if (standing == Standing::wrong || standing == Standing::unsure) minded.insert(check.check);
  }
  for (const ReportFinding& finding : report.findings) {
    if (finding.severity == "note" || !minded.contains(finding.check)) continue;
    reasons.push_back((finding.check.empty() ? "" : finding.check + ": ") + finding.text);
  }
  return reasons;
}

std::span<const PnlSource> pnl_sources() {
  static constexpr PnlSource sources[] = {{"clients, acknowledged", &PnlRow::clients_acked},
                                          {"clients, at least", &PnlRow::clients_lower},
                                          {"clients, at most", &PnlRow::clients_upper},
                                          {"ledger", &PnlRow::ledger},
                                          {"events", &PnlRow::events},
                                          {"reporting", &PnlRow::reporting},
                                          {"net, by the ledger", &PnlRow::ngr}};
  return sources;
}

std::string plain(std::string_view text) {
  std::string out;
  for_each_character(text, [&out](std::string_view character) {
    out += is_unshown(character) ? replacement : character;
  });
  return out;
}

std::string xml(std::string_view text) {
  std::string out;
  for_each_character(text, [&out](std::string_view character) {
    const bool noncharacter = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
    if (const auto entity = xml_entity(character[0]); !entity.empty())
      out += entity;
    else
      out += noncharacter || is_control(character) ? replacement : character;
  });
  return out;
}

std::string markdown(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]|~#", blanks = "\n\r\t", tags = "&<>";
  std::string out;
  for_each_character(text, [&](std::string_view character) {
    const char c = character[0];
    if (special.find(c) != std::string_view::npos) out += '\\';
    if (blanks.find(c) != std::string_view::npos)
      out += ' ';
    else if (tags.find(c) != std::string_view::npos)
      out += xml_entity(c);
    else
      out += is_control(character) ? replacement : character;
  });
  return out;
}

}  // namespace rehearse::text
