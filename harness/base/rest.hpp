// How a thread waits for its next look.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace rehearse {

// Sleeps that long, but ends at once when asked to stop. Nobody else's news wakes it.
void rest(const std::stop_token& stop, std::chrono::milliseconds length);
void rest(const std::stop_token& stop, int64_t ms);

}  // namespace rehearse
