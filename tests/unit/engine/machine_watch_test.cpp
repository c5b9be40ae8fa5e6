#include "engine/machine_watch.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rehearse {
namespace {

TEST(MachineWatch, WritesDownItsLooksOnTheRunsClock) {
  Recorder recorder([](const std::string&) {});
  MachineWatch watch;
  const int64_t deadline_ns = monotonic_ns() + 2500 * ns_per_ms;
  while (monotonic_ns() < deadline_ns) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  recorder.set_zero(monotonic_ns());
  const auto samples = watch.finish(recorder);
  ASSERT_GE(samples.size(), 4u);
  for (const MachineSample& sample : samples) {
    EXPECT_LE(sample.t_ms, 0);
    EXPECT_GE(sample.length_us, 500'000);
    ASSERT_TRUE(sample.idle_us && sample.stolen_us);
    EXPECT_LE(*sample.idle_us + *sample.stolen_us, sample.length_us);
  }
  EXPECT_LT(samples[0].t_ms, samples[1].t_ms);
}

TEST(MachineWatch, CalmIsWaitedForNoLongerThanTheDeadlineAndTheUser) {
  const MachineWatch watch;
  const int64_t began_ns = monotonic_ns();
  EXPECT_FALSE(watch.wait_calm(began_ns, [] { return false; }));  // nothing was seen yet
  EXPECT_FALSE(watch.wait_calm(began_ns + 60 * ns_per_s, [] { return true; }));
  EXPECT_LT(monotonic_ns() - began_ns, 10 * ns_per_s);
}

}  // namespace
}  // namespace rehearse
