// In place of a harness that is gone: heals what its journal says, then looks at what is there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/effects.hpp"

namespace rehearse {

// Undoes every fault that the journal in `run_dir` does not call healed ("": nothing was
// rehearsed). One that cannot be healed, a line that cannot be read or a journal that is not there
// keeps none of the others from it; `say` is told of each. The journal has no last word: `scan`
// (in words, what deviates from the baseline) has. Errors (machine): what is left, or a fault that
// could not be healed.
Status heal_and_scan(Effects& runtime, const std::string& run_dir,
                     const std::function<Result<std::vector<std::string>>()>& scan,
                     const std::function<void(const std::string&)>& say);

}  // namespace rehearse
