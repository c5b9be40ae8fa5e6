#include "engine/machine_watch.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rehearse {
namespace {

TEST(MachineWatch, WritesDownItsLooksOnTheRunsClock) {
  Recorder recorder([](const std::string&) {});
  recorder.set_zero(monotonic_ns());
  MachineWatch watch;
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  const auto samples = watch.finish(recorder);
  const auto finished_ms = static_cast<int64_t>(recorder.ms(monotonic_ns()));
  // A starved machine gives fewer looks, and longer ones: what holds on any is that they abut.
  ASSERT_GE(samples.size(), 2u);
  const int64_t began_ms = samples[0].t_ms - samples[0].length_us / 1000;
  EXPECT_GE(began_ms, 0);
  int64_t from_ms = began_ms;
  for (const MachineSample& sample : samples) {
    EXPECT_GE(sample.length_us, 500'000);
    EXPECT_NEAR(static_cast<double>(sample.t_ms - from_ms),
                static_cast<double>(sample.length_us) / 1000.0, 2.0);
    ASSERT_TRUE(sample.idle_us && sample.stolen_us);
    EXPECT_LE(*sample.idle_us + *sample.stolen_us, sample.length_us);
    from_ms = sample.t_ms;
  }
  EXPECT_LE(from_ms, finished_ms);
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
