#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

TEST(Clock, UtcTimesAreReadBackAsBooksWriteThem) {
  constexpr int64_t noon_ns = 1'769'860'800 * ns_per_s;
  EXPECT_EQ(parse_utc_ns("2026-01-31T12:00:00Z"), noon_ns);
  EXPECT_EQ(parse_utc_ns("2026-01-31T12:00:00.123Z"), noon_ns + 123 * ns_per_ms);
  EXPECT_EQ(parse_utc_ns("2026-01-31 12:00:00.123456+00"), noon_ns + 123'456'000);
  EXPECT_EQ(parse_utc_ns("2026-01-31 12:00:00+00:00"), noon_ns);
  EXPECT_EQ(parse_utc_ns(rfc3339(noon_ns + 7 * ns_per_ms)), noon_ns + 7 * ns_per_ms);
}

TEST(Clock, AnythingElseIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+02",
        "2026-01-31T12:00:00.5", "1769860800", "2026-13-01T12:00:00Z", "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-1-031T12:00:00Z",
        "-026-01-31T12:00:00Z", "9999-12-31T00:00:00Z", "1969-12-31T23:59:59Z"})
    EXPECT_FALSE(parse_utc_ns(text)) << text;
}

}  // namespace
}  // namespace rehearse
