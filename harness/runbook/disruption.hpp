// Whether players may feel what a runbook, or one action, does.
#pragma once

#include "runbook/runbook.hpp"

namespace rehearse {

bool may_disrupt(const StepAction& action);
bool may_disrupt(const Runbook& runbook);

}  // namespace rehearse
