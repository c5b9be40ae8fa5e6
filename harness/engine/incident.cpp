#include "engine/incident.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {
namespace {

std::string at(const Run& run, double ms) {
  return rfc3339(run.zero_wall_ns + static_cast<int64_t>(ms * ns_per_ms));
}

}  // namespace

Incident incident_of(const Run& run, const std::vector<FaultRecord>& faults, double now_ms) {
  std::optional<double> began_ms;
  std::string listed;
  bool over = true;
  for (const FaultRecord& fault : faults) {
    if (!fault.injected_ms || fault.fault == runbook_fault) continue;
    began_ms = std::min(began_ms.value_or(*fault.injected_ms), *fault.injected_ms);
    over &= fault.healed_ms.has_value();
    listed += fmt::format("{}{} on {}{}", listed.empty() ? "" : "; ", fault.fault, fault.target,
                          fault.healed_ms ? " (healed)" : "");
  }
  Incident incident;
  if (began_ms) incident.lasting_ms = now_ms - *began_ms;
  incident.words = {{"run", run.id},
                    {"scenario", run.scenario},
                    {"title", run.title},
                    {"stack", run.stack},
                    {"now", at(run, now_ms)},
                    {"began", began_ms ? at(run, *began_ms) : "not at all: there is no fault"},
                    {"lasting", format_ms(incident.lasting_ms)},
                    {"state", over ? "over" : "going on"},
                    {"faults", listed.empty() ? "none" : listed}};
  return incident;
}

}  // namespace rehearse
