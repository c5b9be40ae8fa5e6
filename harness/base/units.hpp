// Parsing and printing of the units that scenario files carry: durations with a unit, rates,
// shares, money. Nothing without a unit is accepted and nothing is rounded silently.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/int128.hpp"
#include "base/result.hpp"

namespace rehearse {

// "250ms", "15s", "5m", "2h", "7d" → milliseconds. Decimal fractions must be whole milliseconds.
Result<int64_t> parse_duration_ms(std::string_view text);

// "150/s" → arrivals per second (fractions allowed).
Result<double> parse_rate_per_s(std::string_view text);

// "50%" → 0.5; 0% to 100%.
Result<double> parse_share(std::string_view text);

struct Money {
  int64_t minor = 0;
  std::string currency;
};

// Digits after the decimal point of a currency (EUR 2, JPY 0, USDT 6); unknown currencies fail.
Result<int> currency_exponent(std::string_view currency);

// "12.50 EUR" → {1250, "EUR"}; more digits than the currency has is an error.
Result<Money> parse_money(std::string_view text);

// 1250, 2 → "12.50".
std::string format_minor(Int128 minor, int exponent);

// 61234 → "61.2 s"; 850 → "850 ms".
std::string format_ms(double ms);

// 128-bit sums as decimal text (sums of money never overflow and never become doubles).
std::string to_string(Int128 value);

}  // namespace rehearse
