#include "base/clock.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

namespace rehearse {

namespace {

int64_t now_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);  // cannot fail for these two clocks
  return int64_t{now.tv_sec} * ns_per_s + now.tv_nsec;
}

// Whole seconds towards the past, so that times before 1970 print right too.
int64_t floor_seconds(int64_t ns) {
  int64_t seconds = ns / ns_per_s;
  return ns % ns_per_s < 0 ? seconds - 1 : seconds;
}

tm utc_of(int64_t seconds) {
  tm parts{};
  const time_t time = seconds;
  gmtime_r(&time, &parts);
  return parts;
}

// Takes exactly `digits` digits and one of the separators after them (none given: nothing).
std::optional<int> take_number(std::string_view& text, size_t digits, std::string_view separators) {
  const size_t length = digits + (separators.empty() ? 0 : 1);
  if (text.size() < length) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (!separators.empty() && !separators.contains(text[digits])) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

}  // namespace

int64_t monotonic_ns() {
  return now_ns(CLOCK_MONOTONIC);
}

int64_t wall_ns() {
  return now_ns(CLOCK_REALTIME);
}

std::string rfc3339(int64_t wall_ns) {
  const int64_t seconds = floor_seconds(wall_ns);
  const int64_t ms = (wall_ns - seconds * ns_per_s) / ns_per_ms;
  const tm t = utc_of(seconds);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", t.tm_year + 1900, t.tm_mon + 1,
                     t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms);
}

std::optional<int64_t> parse_utc_ns(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_number(text, 4, "-"), month_of = take_number(text, 2, "-");
  const auto day_of = take_number(text, 2, "T "), hour = take_number(text, 2, ":");
  const auto minute = take_number(text, 2, ":"), second = take_number(text, 2, "");
  if (!y || !month_of || !day_of || !hour || !minute || !second) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*month_of)),
                            day(static_cast<unsigned>(*day_of))};
  // Nanoseconds since 1970 fit 64 bits until 2262; a second of 60 is a leap second.
  if (!date.ok() || *y < 1970 || *y > 2261 || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  int64_t fraction_ns = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    for (int64_t unit_ns = ns_per_s / 10; !text.empty() && text[0] >= '0' && text[0] <= '9';
         unit_ns /= 10, text.remove_prefix(1))
      fraction_ns += (text[0] - '0') * unit_ns;
  }
  if (text != "Z" && text != "+00" && text != "+00:00") return std::nullopt;
  const int64_t days = sys_days(date).time_since_epoch().count();
  return (((days * 24 + *hour) * 60 + *minute) * 60 + *second) * ns_per_s + fraction_ns;
}

std::string compact_utc(int64_t wall_ns) {
  const tm t = utc_of(floor_seconds(wall_ns));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                     t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace rehearse
