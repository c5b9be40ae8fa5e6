// What a thread that keeps to times does to itself before it starts: where its sockets live, and
// its priority.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace rehearse {

// Moves the calling thread into a network namespace by its path; "" stays. Errors: no such
// namespace, not permitted.
Status join_network_namespace(const std::string& path);

// As high as is permitted: real-time (SCHED_RR, lowest), else nice −15, else unchanged.
void raise_thread_priority();

// Raises the process's soft limit to the hard one and returns it.
size_t raise_descriptor_limit();

}  // namespace rehearse
