// How much players put in, where more than one behaviour asks.
#pragma once

#include "load/behaviour.hpp"

namespace rehearse {

int64_t stake_minor(Random& random);

}  // namespace rehearse
