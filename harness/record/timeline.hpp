// What happened in a run besides the operations: faults with their evidence, role changes, events.
// All t_ms count from the end of the steady phase on the run's one monotonic clock.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace rehearse {

// Facts that show that something was so: names and values as the report prints them.
using Evidence = std::map<std::string, std::string>;

struct FaultRecord {
  std::string id;      // as in the scenario, or made from name and position
  std::string fault;   // zone_loss, …
  std::string target;  // as resolved: "az-1 (postgres.primary)"
  std::optional<double> planned_ms, injected_ms, effective_ms, healed_ms;
  bool disruptive = true;     // false for noop: opens no outage
  bool heal_expected = true;  // false where a fault lasts to the end or is irreversible
  Evidence evidence;
  std::string error;  // empty, or why injection, effect or healing failed
};

struct RoleChange {
  double t_ms = 0;
  std::string component;  // node: postgres-2
  std::string role;       // primary, sync, replica, writer, …, or "" for gone
  bool planned = false;
  double resolution_ms =
      0;  // it came at most so long before t_ms; 0: an older run, or a first look
};

struct Event {
  double t_ms = 0;
  std::string source;  // engine, stack, fault id, …
  std::string event;
  std::string detail;
};

}  // namespace rehearse
