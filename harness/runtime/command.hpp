// Runs programs: argv vectors only, never a shell. The only user of Boost.Process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct CommandResult {
  int exit_status = 0;  // the signal's number when it was ended by one
  std::string out, err;
};

// Finds argv[0] on PATH, writes `input` to its standard input, reads both outputs to the end.
// Errors: not found (machine), still running at the deadline (it is killed).
Result<CommandResult> run_command(const std::vector<std::string>& argv, int64_t deadline_ms,
                                  const std::string& input = "");

// The same, where anything but exit status 0 is an error that carries what it said.
Result<std::string> run_checked(const std::vector<std::string>& argv, int64_t deadline_ms,
                                const std::string& input = "");

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
  int pid() const { return pid_; }

 private:
  Companion(int pid, int stream) : pid_(pid), stream_(stream) {}
  const int pid_;
  int stream_;
};

// Runs jobs on a few threads; returns the first error in the order of the jobs, after all ended.
Status run_parallel(const std::vector<std::function<Status()>>& jobs, size_t threads_max = 6);

}  // namespace rehearse
