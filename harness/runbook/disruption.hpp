// Whether players may feel what a runbook does.
#pragma once

#include "runbook/runbook.hpp"

namespace rehearse {

bool may_disrupt(const Runbook& runbook);

}  // namespace rehearse
