#include "base/rest.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/clock.hpp"

namespace rehearse {
namespace {

TEST(Rest, LastsAsLongAsItWasTold) {
  const int64_t began_ns = monotonic_ns();
  rest(std::stop_token(), 30);
  EXPECT_GE(monotonic_ns() - began_ns, 30 * ns_per_ms);
}

TEST(Rest, EndsWhenAskedToStop) {
  const int64_t began_ns = monotonic_ns();
  std::jthread resting([](const std::stop_token& stop) { rest(stop, std::chrono::minutes(10)); });
  resting.request_stop();
  resting.join();
  EXPECT_LT(monotonic_ns() - began_ns, 60 * ns_per_s);
}

}  // namespace
}  // namespace rehearse
