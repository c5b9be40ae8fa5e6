// Looks all the time at what the machine has to spare, so that what is measured on it can be told
// from what is the platform's.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/recorder.hpp"
#include "record/tables.hpp"

namespace rehearse {

class MachineWatch {
 public:
  MachineWatch();

  // Waits until the machine has been calm for a little, at most until the deadline. False: it was
  // not, or is not known to be.
  bool wait_calm(int64_t deadline_ns, const std::function<bool()>& cancelled) const;

  // The share of the processors that was idle in what was sampled between two monotonic times;
  // nullopt: nothing was, or the kernel does not tell.
  std::optional<double> idle_share(int64_t from_ns, int64_t to_ns) const;

  // Ends it. Times count from the end of the steady phase.
  std::vector<MachineSample> finish(const Recorder& recorder);

 private:
  void watch(std::stop_token stop);

  mutable std::mutex mutex_;
  std::vector<MachineSample> seen_;  // t_ms: not set yet
  std::vector<int64_t> seen_ns_;     // when each sample ended
  std::jthread thread_;              // last: it uses the others
};

// What has just been started would be in the figures of the steady phase: waits until the machine
// is calm, not for long, and says how long it took or that it did not become so.
void begin_calm(const MachineWatch& machine, Recorder& recorder,
                const std::function<bool()>& cancelled);

}  // namespace rehearse
