// What happens after an operation was acknowledged: a share of them is sent once more under the
// same key, as senders do that lost the answer.
#include "base/clock.hpp"
#include "load/generator.hpp"
#include "load/retry.hpp"

namespace rehearse {

void Generator::resend_later(const Running& ended) {
  const Operation& operation = ended.operation;
  if (!has_key(operation.kind)) return;
  const auto after_ns = resent_after_ns(plan_.seed, operation.id, plan_.profile.resent_share);
  if (!after_ns) return;
  client_.at(monotonic_ns() + *after_ns,
             [this, operation, tries = ended.attempts] { resend(operation, tries); });
}

// Once, and however it ends: the operation is over, its sender only does not know.
void Generator::resend(const Operation& operation, uint32_t attempts) {
  if (stopped_) return;
  Running& running = running_[operation.id];
  running.operation = operation;
  running.behaviour = behaviour_of(operation.kind);
  running.request = request_for(operation);
  running.attempts = attempts;
  running.resent = true;
  if (!try_at(running, monotonic_ns())) forget(operation.id);
}

void Generator::forget(uint64_t id) {
  running_.erase(id);
  end_if_drained();
}

}  // namespace rehearse
