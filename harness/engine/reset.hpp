// Makes a used stack as good as new, by what its file declares under `reset`: its services are
// killed, their books wiped, and they start again. Clean is what was proved, not what was done: no
// residue, everything whole, and books without a trace of use.
#pragma once

#include <functional>

#include "engine/stage.hpp"

namespace rehearse {

// What a reset does besides killing, emptying and starting nodes; tests pass their own. Deadlines
// are of the monotonic clock. Each tries until its deadline where trying again can help.
struct ResetHands {
  std::function<Status(int64_t deadline_ns)> wipe_sql;
  std::function<Status(int64_t deadline_ns)> delete_topics;
  // By looks that began after `since_ns`: what was seen before says nothing about now.
  std::function<Status(int64_t since_ns, int64_t deadline_ns)> wait_whole;
  std::function<Status(int64_t deadline_ns)> prove_unused;
};

// The steps in their order; stops at the first that fails. Errors (machine): residue, or which step
// failed and why; the stack is then good for nothing but to be taken down.
Status reset_platform(const Stack& stack, Runtime& runtime, const ResetHands& hands,
                      int64_t deadline_ns, const std::function<bool()>& cancelled);

// Leaves a stack alone that is whole and unused; resets it otherwise. Returns the milliseconds that
// a reset took, 0 = there was none to do.
Result<double> make_pristine(Stage& stage, Runtime& runtime, LiveView& live,
                             const std::function<bool()>& cancelled);

}  // namespace rehearse
