// Runs programs: argv vectors only, never a shell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct CommandResult {
  int exit_status = 0;  // the signal's number when it was ended by one
  std::string out, err;
};

constexpr int64_t command_ms = 10'000;  // for the kernel's tools: ip, tc, nft

// Finds argv[0] on PATH, writes `input` to its standard input, reads both outputs to the end.
// Errors: not found (machine), still running at the deadline (it is killed).
Result<CommandResult> run_command(const std::vector<std::string>& argv, int64_t deadline_ms,
                                  const std::string& input = "");

// The same, where anything but exit status 0 is an error that carries what it said.
Result<std::string> run_checked(const std::vector<std::string>& argv, int64_t deadline_ms,
                                const std::string& input = "");

}  // namespace rehearse
