// Which changes of roles people made on purpose.
#pragma once

#include "record/run.hpp"

namespace rehearse {

// Planned is what changed while a runbook's step did what players may feel, and nothing was broken
// that might have done it.
void mark_planned_roles(Run& run);

}  // namespace rehearse
