// A fault: what breaks, how it heals, how we know that it took effect. One file per mechanism,
// one line in faults.def.
//
// The engine's order is fixed: plan → journal synced → inject → effect (polled) → afterwards →
// undo → restored.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>

#include "base/result.hpp"
#include "platform/platform.hpp"
#include "record/timeline.hpp"
#include "runtime/effects.hpp"
#include "scenario/scenario.hpp"
#include "stack/observer.hpp"
#include "stack/stack.hpp"
#include "undo/journal.hpp"

namespace rehearse {

// What a fault may touch and know at the moment of its injection.
struct FaultContext {
  Effects& runtime;
  const Stack& stack;
  StackView view;  // roles as of now: selectors are resolved on it
  const TimelineEntry& entry;
  std::mt19937_64& random;  // the run's seed, for {any: N}

  Platform platform() const { return Platform(stack); }
};

class Fault {
 public:
  virtual ~Fault() = default;
  // Resolves targets and says how to undo. Nothing is touched yet. Errors (inconclusive): no
  // target.
  virtual Result<PlannedFault> plan(const FaultContext& context) = 0;
  virtual Status inject(Effects& runtime) = 0;
  // Evidence once the effect is seen, nullopt while it is not seen yet. Called until it is.
  virtual Result<std::optional<Evidence>> effect(Effects& runtime) = 0;
  // Whether it is still in force: asked about every second once the effect was seen, before it is
  // refreshed. What the effect shows is looked at again, unless a fault knows better.
  virtual Result<bool> holds(Effects& runtime) {
    const auto seen = effect(runtime);
    if (!seen) return std::unexpected(seen.error());
    return seen->has_value();
  }
  // Called about every second while the fault lasts: keeps alive what would expire in the kernel.
  virtual Status refresh(Effects&) { return {}; }
  // Right before the undo: what was seen over the whole duration. Also lets go of what the fault
  // itself holds open.
  virtual Evidence afterwards(Effects&) { return {}; }
  // After the undo: what shows that the effect is gone, by a look of its own. An error is a healing
  // that failed, and is retried. Only what cannot be taken back has nothing to look at.
  virtual Result<Evidence> restored(Effects& runtime) = 0;
  // Whether clients may feel it: only such faults open an outage.
  virtual bool disruptive() const { return true; }
};

struct FaultEntry {
  FaultSchema schema;
  std::function<std::unique_ptr<Fault>()> make;
};
std::span<const FaultEntry> all_faults();
std::vector<FaultSchema> fault_schemas();  // of all
const FaultEntry* find_fault(const std::string& name);

// Zones that a target means now: names, {of: ROLE} (the zone of its holder), {any: N}.
Result<std::vector<std::string>> resolve_zones(const FaultContext& context, const Target& target);
// Nodes with a container that a target means now, in the same ways.
Result<std::vector<std::string>> resolve_nodes(const FaultContext& context, const Target& target);
// The same of one component's nodes only: {any: N} draws from them, and others are refused.
Result<std::vector<std::string>> resolve_nodes_of(const FaultContext& context, const Target& target,
                                                  const std::string& component);
// The roles besides plain standby that these nodes hold now: "postgres-2 primary, wallet-1 writer".
std::string roles_of(const FaultContext& context, const std::vector<std::string>& nodes);

}  // namespace rehearse
