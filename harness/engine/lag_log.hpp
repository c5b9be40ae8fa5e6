// Writes down once a second how far every node says that it is behind, as long as it lives.
#pragma once

#include <thread>
#include <vector>

#include "engine/recorder.hpp"
#include "record/tables.hpp"
#include "stack/observer.hpp"

namespace rehearse {

// What a view tells of lags: every field of a status that begins with "lag", and a node's own lag.
std::vector<LagSample> lags_of(const StackView& view, int64_t t_ms);

class LagLog {
 public:
  // Both must outlive it.
  LagLog(const Observer& observer, const Recorder& recorder);

  // Ends it. Times count from the end of the steady phase; what was seen before is negative.
  std::vector<LagSample> finish();

 private:
  void watch(std::stop_token stop);

  const Observer& observer_;
  const Recorder& recorder_;
  std::vector<std::pair<int64_t, StackView>> seen_;  // monotonic time, and what was seen then
  std::jthread thread_;                              // last: it uses the others
};

}  // namespace rehearse
