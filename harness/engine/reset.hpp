// Makes the stack that is up as good as new (platform/reset.hpp says how). Clean is what was
// proved, not what was done: no residue, everything whole, and books without a trace of use.
#pragma once

#include <functional>

#include "engine/stage.hpp"

namespace rehearse {

// Leaves a stack alone that is whole and unused; resets it otherwise, and without a look where a
// run is known to have `used` it. Returns the milliseconds that a reset took, 0 = there was none to
// do.
Result<double> make_pristine(Stage& stage, Runtime& runtime, bool used, LiveView& live,
                             const std::function<bool()>& cancelled);

}  // namespace rehearse
