// What many runs of one scenario say together of its outages.
#pragma once

#include <ostream>
#include <vector>

#include "reports/comparison.hpp"

namespace rehearse {

// Of the longest of `count` outages: the largest share of all outages of this kind that, with 95%
// certainty, do not exceed it (Wilks, Annals of Mathematical Statistics, 1941): 59 bound 95%.
double bounded_share(size_t count);

// Each outage with every point, its median, its longest and what that bounds. Inconclusive runs are
// named and left out.
void write_repeats(std::ostream& out, const std::vector<RunFigures>& runs);

}  // namespace rehearse
