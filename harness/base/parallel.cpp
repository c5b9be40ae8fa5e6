#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace rehearse {

Status run_parallel(const std::vector<std::function<Status()>>& jobs, size_t threads_max) {
  std::vector<Status> results(jobs.size());
  std::atomic<size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min(threads_max, jobs.size()); ++i)
      threads.emplace_back([&] {
        for (size_t job = next++; job < jobs.size(); job = next++) results[job] = jobs[job]();
      });
  }
  for (auto& result : results)
    if (!result) return result;
  return {};
}

}  // namespace rehearse
