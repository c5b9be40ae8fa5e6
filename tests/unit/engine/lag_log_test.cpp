#include "engine/lag_log.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

TEST(LagLog, TakesEveryFieldThatTellsALag) {
  StackView view;
  view.nodes["consumer-1"].status = {{"lag", 7}, {"lag_bonus", 5}, {"pending", 3}};
  view.nodes["relay-1"].status = {{"lag", 2}, {"published_seq", 90}};
  view.nodes["wallet-1"].status = {{"seq", 90}};
  const auto samples = lags_of(view, 1500);
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].t_ms, 1500);
  EXPECT_EQ(samples[0].node, "consumer-1");
  EXPECT_EQ(samples[0].what, "lag");
  EXPECT_EQ(samples[0].value, 7);
  EXPECT_EQ(samples[1].what, "lag_bonus");
  EXPECT_EQ(samples[2].node, "relay-1");
}

}  // namespace
}  // namespace rehearse
