// Starts a program: posix_spawn, not fork: a copy of the address space stops every thread that
// touches memory for milliseconds, the players' too.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// In a process group of its own: a terminal's SIGINT is for us to answer. podman, ended in the
// middle of making a container, would leave its monitor and a half-made process behind.
enum class Own { group, session };

// What the child has as its three streams; they stay the caller's to close.
struct Streams {
  int in = -1, out = -1, err = -1;
};

// `program` is a path. In a session of its own it has none of our open files. Errors (machine): the
// kernel's word alone.
Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& argv,
                    const Streams& streams, Own own = Own::group);

}  // namespace rehearse
