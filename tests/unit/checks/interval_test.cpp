#include "checks/interval.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

// Tables of Clopper and Pearson, to four digits.
TEST(ShareInterval, IsTheExactOne) {
  const Interval one = share_interval(1, 10);
  EXPECT_NEAR(one.low, 0.0025, 5e-5);
  EXPECT_NEAR(one.high, 0.4450, 5e-5);
  const Interval none = share_interval(0, 20);
  EXPECT_DOUBLE_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.1684, 5e-5);
  const Interval all = share_interval(20, 20);
  EXPECT_NEAR(all.low, 0.8316, 5e-5);
  EXPECT_DOUBLE_EQ(all.high, 1);
}

TEST(PercentileRanks, OfAMedianAreThoseOfTheSignTest) {
  const Ranks ten = percentile_ranks(0.5, 10);
  EXPECT_EQ(ten.low, 2);
  EXPECT_EQ(ten.high, 9);
}

TEST(PercentileRanks, NoObservationBoundsWhatIsBeyondThemAll) {
  EXPECT_EQ(percentile_ranks(0.99, 100).high, 101);
  EXPECT_EQ(percentile_ranks(0.99, 1000).high, 997);
  EXPECT_EQ(percentile_ranks(0.05, 5).low, 0);
  EXPECT_EQ(percentile_ranks(1, 7).low, 7);
  EXPECT_EQ(percentile_ranks(1, 7).high, 7);
}

}  // namespace
}  // namespace rehearse
