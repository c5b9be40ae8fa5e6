// What a run knows of its incident while it lasts, for messages to people outside.
#pragma once

#include <vector>

#include "record/run.hpp"
#include "runbook/message.hpp"

namespace rehearse {

// By the faults so far, at that moment of the run's clock.
Incident incident_of(const Run& run, const std::vector<FaultRecord>& faults, double now_ms);

}  // namespace rehearse
