// The guardian: a process of its own that heals when the harness cannot any more. It is started
// before the first fault and reads from a stream that only the harness holds: a byte of farewell
// means that all went well, the end without it that the harness is dead. Then it carries out the
// undo of every fault that the journal does not call healed.
//
// It holds no lock and keeps nothing to itself: killed as well, it leaves what `undo` heals.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "runtime/companion.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

struct GuardianDuty {
  Effects& runtime;
  std::string run_dir;
  // False once nobody needs it: the stack was taken down, or belongs to another run by now.
  std::function<bool()> needed = [] { return true; };
  // A command that the dead harness had begun (podman kill, say) may end after a first healing, so
  // everything is healed once more when such commands have ended as well.
  int64_t settle_ms = 3'000;
  int64_t deadline_ms = 120'000;      // of all the healing
  int64_t look_ms = 5'000;            // how often it asks whether it is needed while all is well
  int64_t watch_ms_max = 86'400'000;  // of waiting for the harness's end
};

// Waits at `stream` for the farewell or the end of the harness; then heals. Errors: as heal_all.
Status guard(const GuardianDuty& duty, int stream);

// First all that is quick, in parallel over the faults, then what takes its time: containers that
// start. What was done stands in guardian.log and, as healed, in the journal, both of the run's
// folder. Errors (machine): what is still not healed at the deadline.
Status heal_all(const GuardianDuty& duty);

// The harness's side: ourselves once more, as `rehearse guardian RUN_DIR`.
Result<std::unique_ptr<Companion>> start_guardian(const std::string& run_dir);
Status dismiss_guardian(Companion& guardian);

}  // namespace rehearse
