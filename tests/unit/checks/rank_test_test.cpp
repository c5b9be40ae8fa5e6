#include "checks/rank_test.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace rehearse {
namespace {

constexpr double endless = std::numeric_limits<double>::infinity();

// By hand: of the 20 ways to draw 3 ranks of 6 one sums to 15, one to 14.
TEST(RankTest, SmallGroupsHaveTheExactDistribution) {
  EXPECT_NEAR(test_larger({4, 5, 6}, {1, 2, 3}).p, 1 / 20.0, 1e-12);
  EXPECT_NEAR(test_larger({3, 5, 6}, {1, 2, 4}).p, 2 / 20.0, 1e-12);
  EXPECT_NEAR(test_larger({1, 2, 3}, {4, 5, 6}).p, 1, 1e-12);
  EXPECT_NEAR(test_larger({4, 5, 6}, {1, 2, 3}).p_least, 1 / 20.0, 1e-12);
}

// By hand: {2,2} of {1,2,2,2}: each of the 3 pairs of twos sums to the most, and there are 6 pairs.
TEST(RankTest, TiesAreCountedAsTheyAre) {
  EXPECT_NEAR(test_larger({2, 2}, {1, 2}).p, 3 / 6.0, 1e-12);
  EXPECT_NEAR(test_larger({2, 2}, {2, 2}).p, 1, 1e-12);
  EXPECT_NEAR(test_larger({2, 2}, {2, 2}).larger_share, 0.5, 1e-12);
}

// scipy.stats.mannwhitneyu([24,25,26,27,28],[20,21,22,23,24.5],alternative="greater",
// method="exact").pvalue = 0.007936…
TEST(RankTest, ItAgreesWithAnother) {
  EXPECT_NEAR(test_larger({24, 25, 26, 27, 28}, {20, 21, 22, 23, 24.5}).p, 2 / 252.0, 1e-9);
}

TEST(RankTest, TheShiftIsTheMedianDifferenceWithItsInterval) {
  const RankTest test = test_larger({11, 12, 13, 14, 15}, {1, 2, 3, 4, 5});
  EXPECT_NEAR(test.shift, 10, 1e-12);
  ASSERT_TRUE(test.shift_low && test.shift_high);
  EXPECT_LT(*test.shift_low, 10);
  EXPECT_GT(*test.shift_high, 10);
  EXPECT_FALSE(test_larger({3}, {1, 2}).shift_low);
}

TEST(RankTest, AnOutageWithoutEndIsTheLargest) {
  EXPECT_NEAR(test_larger({endless, endless, endless}, {1, 2, 3}).p, 1 / 20.0, 1e-12);
  EXPECT_EQ(test_larger({endless}, {1}).shift, endless);
  EXPECT_EQ(test_larger({endless}, {endless}).shift, 0);
}

TEST(RankTest, ManyFiguresAreApproximated) {
  std::vector<double> low, high;
  for (int i = 0; i < 50; ++i) {
    low.push_back(i);
    high.push_back(i + 10);
  }
  EXPECT_LT(test_larger(high, low).p, 0.01);
  EXPECT_GT(test_larger(low, high).p, 0.98);
  EXPECT_NEAR(test_larger(low, low).p, 0.5, 0.01);
}

TEST(RankTest, HowManyAreNeededIsKnownBefore) {
  EXPECT_EQ(figures_needed(19, 0.05), 1u);
  EXPECT_EQ(figures_needed(18, 0.05), 2u);
  EXPECT_EQ(figures_needed(3, 0.05), 3u);
  EXPECT_EQ(figures_needed(1, 0.0001), std::nullopt);
}

TEST(RankTest, TheMedianOfAnEvenNumberIsBetween) {
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 2, 3}), 2.5);
}

}  // namespace
}  // namespace rehearse
