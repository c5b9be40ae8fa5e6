// Decimals are read as integer digits with a scale, never through a double, so that what is
// accepted is exact.
#include "base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace rehearse {

namespace {

constexpr int64_t int64_max = INT64_MAX;

struct Decimal {
  int64_t digits = 0;  // all digits, the point removed
  int scale = 0;       // how many of them stood after the point
  size_t length = 0;   // characters read
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads "12", "12.50" (not ".5", "5." or a sign) from the front; nothing if there is none or it
// does not fit.
std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal d;
  bool point = false;
  for (; d.length < text.size(); ++d.length) {
    const char c = text[d.length];
    if (c == '.' && !point && d.length > 0) {
      point = true;
    } else if (is_digit(c)) {
      const int value = c - '0';
      if (d.digits > (int64_max - value) / 10 || d.scale >= 18) return std::nullopt;
      d.digits = d.digits * 10 + value;
      if (point) ++d.scale;
    } else {
      break;
    }
  }
  if (d.length == 0 || (point && d.scale == 0)) return std::nullopt;
  return d;
}

int64_t power_of_ten(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

double as_double(const Decimal& d) {
  return static_cast<double>(d.digits) / static_cast<double>(power_of_ten(d.scale));
}

struct Unit {
  std::string_view name;
  int64_t value;
};

constexpr std::array<Unit, 5> durations_ms = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

// Digits after the point. The two currencies of the load, their neighbours, and the stablecoins.
constexpr std::array<Unit, 26> exponents = {
    {{"EUR", 2}, {"BRL", 2}, {"USD", 2}, {"GBP", 2},  {"CAD", 2}, {"AUD", 2}, {"NZD", 2},
     {"CHF", 2}, {"SEK", 2}, {"NOK", 2}, {"DKK", 2},  {"PLN", 2}, {"CZK", 2}, {"RON", 2},
     {"MXN", 2}, {"ARS", 2}, {"COP", 2}, {"PEN", 2},  {"INR", 2}, {"TRY", 2}, {"JPY", 0},
     {"KRW", 0}, {"CLP", 0}, {"KWD", 3}, {"USDT", 6}, {"USDC", 6}}};

}  // namespace

Result<int64_t> parse_duration_ms(std::string_view text) {
  const auto number = read_decimal(text);
  const std::string_view name = number ? text.substr(number->length) : std::string_view();
  const auto unit = std::ranges::find(durations_ms, name, &Unit::name);
  if (!number || unit == durations_ms.end()) {
    return fail(ExitCode::usage,
                fmt::format("'{}' is not a duration: write 250ms, 15s, 5m, 2h or 7d", text));
  }
  const Int128 scaled = Int128{number->digits} * unit->value;
  const int64_t divisor = power_of_ten(number->scale);
  if (scaled % divisor != 0) {
    return fail(ExitCode::usage, fmt::format("duration '{}' is not whole milliseconds", text));
  }
  if (scaled / divisor > int64_max / 1'000'000) {  // it must also fit as nanoseconds
    return fail(ExitCode::usage, fmt::format("duration '{}' is too long", text));
  }
  return static_cast<int64_t>(scaled / divisor);
}

Result<double> parse_rate_per_s(std::string_view text) {
  const auto number = read_decimal(text);
  if (!number || text.substr(number->length) != "/s") {
    return fail(ExitCode::usage, fmt::format("'{}' is not a rate: write 150/s", text));
  }
  return as_double(*number);
}

Result<double> parse_share(std::string_view text) {
  const auto number = read_decimal(text);
  if (!number || text.substr(number->length) != "%") {
    return fail(ExitCode::usage, fmt::format("'{}' is not a share: write 50%", text));
  }
  const double share = as_double(*number) / 100.0;
  if (share > 1.0) return fail(ExitCode::usage, fmt::format("share '{}' is above 100%", text));
  return share;
}

Result<int> currency_exponent(std::string_view currency) {
  const auto found = std::ranges::find(exponents, currency, &Unit::name);
  if (found == exponents.end()) {
    return fail(ExitCode::usage, fmt::format("unknown currency '{}'", currency));
  }
  return static_cast<int>(found->value);
}

Result<Money> parse_money(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view amount = negative ? text.substr(1) : text;
  const auto number = read_decimal(amount);
  if (!number || number->length >= amount.size() || amount[number->length] != ' ') {
    return fail(ExitCode::usage, fmt::format("'{}' is not money: write 12.50 EUR", text));
  }
  const std::string_view currency = amount.substr(number->length + 1);
  const auto exponent = currency_exponent(currency);
  if (!exponent) return std::unexpected(exponent.error());
  if (number->scale > *exponent) {
    return fail(ExitCode::usage,
                fmt::format("'{}': {} has {} digits after the point", text, currency, *exponent));
  }
  const Int128 minor = Int128{number->digits} * power_of_ten(*exponent - number->scale);
  if (minor > int64_max) {
    return fail(ExitCode::usage, fmt::format("'{}' is too much", text));
  }
  const int64_t value = static_cast<int64_t>(minor);
  return Money{negative ? -value : value, std::string(currency)};
}

std::string format_minor(Int128 minor, int exponent) {
  const bool negative = minor < 0;
  std::string digits = to_string(minor);
  if (negative) digits.erase(0, 1);
  if (exponent > 0) {
    const size_t after = static_cast<size_t>(exponent);
    if (digits.size() <= after) digits.insert(0, after + 1 - digits.size(), '0');
    digits.insert(digits.size() - after, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

std::string format_ms(double ms) {
  const double size = std::abs(ms);
  if (size >= 999.5) return fmt::format("{:.1f} s", ms / 1000);
  if (size >= 9.95 || ms == std::floor(ms)) return fmt::format("{:.0f} ms", ms);
  return fmt::format("{:.1f} ms", ms);
}

std::string to_string(Int128 value) {
  // Digits are taken from negative numbers: the most negative one has no positive counterpart.
  std::string digits;
  Int128 rest = value > 0 ? -value : value;
  do {
    digits.push_back(static_cast<char>('0' - static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (value < 0) digits.push_back('-');
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace rehearse
