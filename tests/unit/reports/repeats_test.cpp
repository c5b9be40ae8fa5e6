#include "reports/repeats.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace rehearse {
namespace {

TEST(Repeats, FiftyNineRunsBoundTheNinetyFifthPercentile) {
  EXPECT_GE(bounded_share(59), 0.95);
  EXPECT_LT(bounded_share(58), 0.95);
}

TEST(Repeats, EachOutageHasItsPointsMedianLongestAndBound) {
  std::vector<RunFigures> runs(4);
  const double points_ms[] = {21'000, 23'000, 22'000, std::numeric_limits<double>::infinity()};
  for (size_t i = 0; i < runs.size(); ++i) runs[i].figures["rto az bet ms"] = points_ms[i];
  runs[0].figures["lost ledger"] = 0;
  runs[3].verdict = "inconclusive";
  runs[3].name = "r3";
  std::ostringstream out;
  write_repeats(out, runs);
  EXPECT_EQ(
      out.str(),
      "  r3 is inconclusive, and left out\n"
      "  az bet                      median 22.0 s, longest 23.0 s: bounds 36% of such outages "
      "with 95% certainty\n"
      "      21.0 s, 23.0 s, 22.0 s\n");
}

}  // namespace
}  // namespace rehearse
