// Pieces of text that several formats share: marks, figures as people read them, columns, escapes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/report.hpp"

namespace rehearse::text {

enum class Ink { plain, bold, dim, green, red, yellow };
Ink ink_of(Verdict verdict);
// In the terminal's colours when `color` says so.
std::string inked(std::string text, Ink ink, bool color);

// Columns on the screen: code points, since all that is printed here is one column wide.
size_t width_of(std::string_view text);
// Filled up to `width` columns, or cut to them with an ellipsis.
std::string left(std::string text, size_t width);
std::string right(const std::string& text, size_t width);
std::string cut(const std::string& text, size_t width);

std::string_view mark_of(Verdict verdict);  // ✓ ✗ ? –
std::string upper(std::string_view ascii);
std::string ms_or_dash(const std::optional<double>& ms);
std::string measured_text(const RtoRow& row);  // "24.5 s", "≥ 24.5 s", "none", "–"
std::string plain_money(Int128 minor, const std::string& currency);
std::string lost_money_text(const RpoRow& row);  // "12.50 EUR, 3.00 BRL", "none", "–"

// What decided against a run that is not as expected, in words; empty: it is.
std::vector<std::string> reasons_against(const Report& report);

// The sources of gross gaming revenue, in the order in which people compare them, and the net one.
struct PnlSource {
  std::string_view name;
  std::optional<Int128> PnlRow::*member;
};
std::span<const PnlSource> pnl_sources();

// Text of the outside world on a terminal: what that would obey rather than show becomes U+FFFD.
std::string plain(std::string_view text);
// Text of the outside world inside XML 1.0, in elements and in attributes. What XML cannot carry
// (control characters, bytes that are not UTF-8) becomes U+FFFD.
std::string xml(std::string_view text);
// The same inside a line of Markdown, as GitHub and GitLab read it: shown as it is, never markup.
std::string markdown(std::string_view text);

}  // namespace rehearse::text
