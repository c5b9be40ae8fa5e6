#include "base/clock.hpp"

#include <fmt/format.h>

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

std::string compact_utc(int64_t wall_ns) {
  const tm t = utc_of(floor_seconds(wall_ns));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                     t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace rehearse
