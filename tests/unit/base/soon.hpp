// Waiting for what another thread or program does.
#pragma once

#include <unistd.h>

#include <functional>

#include "base/clock.hpp"

namespace rehearse::test {

// True as soon as it is so. The guard is no measure of anything: a slow machine may need much of
// it.
inline bool soon(const std::function<bool()>& so) {
  const int64_t deadline_ns = monotonic_ns() + 60 * ns_per_s;
  while (!so() && monotonic_ns() < deadline_ns) ::usleep(2'000);
  return so();
}

}  // namespace rehearse::test
