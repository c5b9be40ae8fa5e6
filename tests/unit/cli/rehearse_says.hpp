// The program as its users meet it: what a command line prints where, and the exit code.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/cli.hpp"

namespace rehearse::test {

struct ProgramAnswer {
  ExitCode exit = ExitCode::bug;
  std::string out, err;
};

inline ProgramAnswer rehearse_says(std::vector<std::string> words) {
  words.insert(words.begin(), "rehearse");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  ::setenv("REHEARSE_ROOT", REHEARSE_SOURCE_DIR, 1);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int exit = run_command_line(static_cast<int>(argv.size()), argv.data());
  ProgramAnswer answer{static_cast<ExitCode>(exit), "", ""};
  std::fflush(nullptr);
  answer.out = testing::internal::GetCapturedStdout();
  answer.err = testing::internal::GetCapturedStderr();
  return answer;
}

}  // namespace rehearse::test
