// A handful of jobs at once, where each of them waits for something.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// Runs jobs on a few threads; returns the first error in the order of the jobs, after all ended.
Status run_parallel(const std::vector<std::function<Status()>>& jobs, size_t threads_max = 6);

}  // namespace rehearse
