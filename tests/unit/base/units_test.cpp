#include "base/units.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rehearse {
namespace {

TEST(Units, Durations) {
  EXPECT_EQ(parse_duration_ms("250ms"), 250);
  EXPECT_EQ(parse_duration_ms("15s"), 15'000);
  EXPECT_EQ(parse_duration_ms("1.5s"), 1'500);
  EXPECT_EQ(parse_duration_ms("5m"), 300'000);
  EXPECT_EQ(parse_duration_ms("2h"), 7'200'000);
  EXPECT_EQ(parse_duration_ms("7d"), 604'800'000);
  EXPECT_EQ(parse_duration_ms("0s"), 0);
  for (const char* bad : {"", "5", "s", "5 s", "-5s", "5x", ".5s", "5.s", "1.0001s", "0.5ms",
                          "1e3s", "99999999999999999999s", "9999999999d"}) {
    EXPECT_FALSE(parse_duration_ms(bad)) << bad;
  }
}

TEST(Units, RatesAndShares) {
  EXPECT_DOUBLE_EQ(parse_rate_per_s("150/s").value_or(-1), 150);
  EXPECT_DOUBLE_EQ(parse_rate_per_s("0.5/s").value_or(-1), 0.5);
  EXPECT_DOUBLE_EQ(parse_share("50%").value_or(-1), 0.5);
  EXPECT_DOUBLE_EQ(parse_share("100%").value_or(-1), 1);
  for (const char* bad : {"", "150", "150/m", "/s", "-1/s"}) EXPECT_FALSE(parse_rate_per_s(bad));
  for (const char* bad : {"", "50", "0.5", "101%", "-1%", "%"}) EXPECT_FALSE(parse_share(bad));
}

TEST(Units, MoneyIsExact) {
  const auto euros = parse_money("12.50 EUR");
  ASSERT_TRUE(euros);
  EXPECT_EQ(euros->minor, 1250);
  EXPECT_EQ(euros->currency, "EUR");
  EXPECT_EQ(parse_money("12.5 BRL")->minor, 1250);
  EXPECT_EQ(parse_money("-3 EUR")->minor, -300);
  EXPECT_EQ(parse_money("7 JPY")->minor, 7);
  EXPECT_EQ(parse_money("0.000001 USDT")->minor, 1);
  EXPECT_EQ(parse_money("92233720368547758.07 EUR")->minor, INT64_MAX);
  for (const char* bad : {"12.505 EUR", "1.5 JPY", "12 XXX", "12", "EUR", "12EUR", "12  EUR",
                          "92233720368547758.08 EUR", "1,50 EUR"}) {
    EXPECT_FALSE(parse_money(bad)) << bad;
  }
}

TEST(Units, Printing) {
  EXPECT_EQ(format_minor(1250, 2), "12.50");
  EXPECT_EQ(format_minor(-5, 2), "-0.05");
  EXPECT_EQ(format_minor(0, 2), "0.00");
  EXPECT_EQ(format_minor(7, 0), "7");
  EXPECT_EQ(format_ms(61'234), "61.2 s");
  EXPECT_EQ(format_ms(850), "850 ms");
  EXPECT_EQ(format_ms(0), "0 ms");
  EXPECT_EQ(format_ms(1.25), "1.2 ms");
  EXPECT_EQ(format_ms(999.7), "1.0 s");
}

TEST(Units, WideIntegers) {
  EXPECT_EQ(to_string(Int128{0}), "0");
  EXPECT_EQ(to_string(Int128{-42}), "-42");
  const Int128 largest = static_cast<Int128>(~static_cast<unsigned long long>(0)) * 1'000'000'000;
  EXPECT_EQ(to_string(largest), "18446744073709551615000000000");
  const Int128 least = Int128{1} << 126;
  EXPECT_EQ(to_string(-least - least), "-170141183460469231731687303715884105728");
}

TEST(Clock, Labels) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1'769'860'800'123'000'000), "2026-01-31T12:00:00.123Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(compact_utc(1'769'860'800'123'000'000), "20260131T120000Z");
  const int64_t before_ns = monotonic_ns();
  EXPECT_LE(before_ns, monotonic_ns());
}

}  // namespace
}  // namespace rehearse
