// A round trip between two nodes, seen from one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rehearse {

// From a connection's first packet to the answer that nobody listens there, which is the kernel's
// own: no program of either node is in it. In milliseconds, the shortest of a few tries; nullopt:
// no such namespace, or no answer within `timeout_ms`.
std::optional<double> round_trip(const std::string& network_namespace, const std::string& address,
                                 int64_t timeout_ms);

}  // namespace rehearse
