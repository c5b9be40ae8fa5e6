// What conversions gave, against what clients were told and against each other.
#pragma once

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {

// Every conversion of the ledger gives something, in the currency that was asked for, as much as
// its client was told (older histories do not say), and at the rate of all others of its pair, give
// or take a minor unit of rounding; and nobody gains by going there and back.
void match_conversions(Examination& examination, const Joined& joined);

}  // namespace rehearse
