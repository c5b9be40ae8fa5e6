// Whether players feel the platform as well as before: looked at live, to know when to stop
// observing. The figures of the report are measured afterwards, from the history (checks/).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/load.hpp"

namespace rehearse {

class RecoveryWatch {
 public:
  // The baseline is what attempts felt between the two times (monotonic ns).
  RecoveryWatch(const Load& load, int64_t baseline_from_ns, int64_t baseline_to_ns);
  // Kinds that in the last 5 s (longer where they are rare: see window_attempts_min) had < 99% of
  // the baseline's success, or p95 above twice it.
  std::vector<std::string> not_recovered(int64_t now_ns) const;
  // The same, and all of them until those 5 s are after `since_ns`.
  std::vector<std::string> not_recovered_since(int64_t since_ns, int64_t now_ns) const;

 private:
  const Load& load_;
  int64_t baseline_from_ns_;
  std::vector<Load::Window> baseline_;
};

}  // namespace rehearse
