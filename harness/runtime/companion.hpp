// A program of ours beside us.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// A program that runs beside us and outlives us: in a session of its own, without any of our open
// files, its outputs thrown away. Its standard input is a stream whose other end only we hold: it
// reads to the end of it the moment that we are gone, however we went.
class Companion {
 public:
  // argv[0] is a path. Errors (machine): it cannot be started.
  static Result<std::unique_ptr<Companion>> start(const std::vector<std::string>& argv);
  ~Companion();  // closes the stream; the program is not ended

  // Writes `last_words` and waits until the program has ended by itself. Errors (machine): it had
  // ended before, ends with another status than 0, or not in time (it is killed then).
  Status finish(const std::string& last_words, int64_t deadline_ms);
  bool runs() const;
  int pid() const { return pid_; }

 private:
  Companion(int pid, int stream) : pid_(pid), stream_(stream) {}
  const int pid_;
  int stream_;
};

}  // namespace rehearse
