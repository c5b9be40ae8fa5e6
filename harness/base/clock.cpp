#include "base/clock.hpp"

#include <fmt/format.h>

#include <cstdio>
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
  tm t{};
  int length = 0;
  const std::string whole(text.substr(0, 19));
  if (std::sscanf(whole.c_str(), "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon,
                  &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &length) != 6 ||
      length != 19)
    return std::nullopt;
  t.tm_year -= 1900;
  t.tm_mon -= 1;
  std::string_view rest = text.substr(19);
  int64_t fraction_ns = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    for (int64_t unit_ns = ns_per_s / 10; !rest.empty() && rest[0] >= '0' && rest[0] <= '9';
         unit_ns /= 10, rest.remove_prefix(1))
      fraction_ns += (rest[0] - '0') * unit_ns;
  }
  if (rest != "Z" && rest != "+00" && rest != "+00:00") return std::nullopt;
  return int64_t{timegm(&t)} * ns_per_s + fraction_ns;
}

std::string compact_utc(int64_t wall_ns) {
  const tm t = utc_of(floor_seconds(wall_ns));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                     t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace rehearse
