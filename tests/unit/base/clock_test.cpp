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
  for (const char* text : {"", "yesterday", "2026-01-31", "2026-01-31T12:00:00",
                           "2026-01-31T12:00:00+02", "2026-01-31T12:00:00.5", "1769860800"})
    EXPECT_FALSE(parse_utc_ns(text)) << text;
}

}  // namespace
}  // namespace rehearse
