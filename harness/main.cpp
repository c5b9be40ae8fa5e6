// arguments → verb → exit code
#include <fmt/core.h>

#include <exception>

#include "cli/cli.hpp"

int main(int argc, char** argv) {
  try {
    return rehearse::run_command_line(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "rehearse: a bug of ours: {}\n", error.what());
    return static_cast<int>(rehearse::ExitCode::bug);
  }
}
