#include "engine/recorder.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rehearse {
namespace {

TEST(Recorder, ARoleIsKnownAsWellAsItWasLookedFor) {
  Recorder recorder(nullptr);
  recorder.role(1'000 * ns_per_ms, "postgres-1", "primary", 0);
  recorder.set_planned(false);
  recorder.role(2'000 * ns_per_ms, "postgres-1", "", 240 * ns_per_ms);
  recorder.set_zero(1'500 * ns_per_ms);
  const auto roles = recorder.roles();
  ASSERT_EQ(roles.size(), 2u);
  EXPECT_TRUE(roles[0].planned);
  EXPECT_EQ(roles[0].resolution_ms, 0);
  EXPECT_EQ(roles[1].t_ms, 500);
  EXPECT_FALSE(roles[1].planned);
  EXPECT_EQ(roles[1].resolution_ms, 240);
}

}  // namespace
}  // namespace rehearse
