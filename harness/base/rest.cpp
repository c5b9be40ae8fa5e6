#include "base/rest.hpp"

#include <condition_variable>
#include <mutex>

namespace rehearse {

void rest(const std::stop_token& stop, std::chrono::milliseconds length) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, length, [] { return false; });
}

void rest(const std::stop_token& stop, int64_t ms) {
  rest(stop, std::chrono::milliseconds(ms));
}

}  // namespace rehearse
