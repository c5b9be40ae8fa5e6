// arguments → verb → exit code
#include <fmt/core.h>

#include <exception>

#include "cli/cli.hpp"

int main(int argc, char** argv) {
  try {
    const auto exit = static_cast<rehearse::ExitCode>(rehearse::run_command_line(argc, argv));
    return static_cast<int>(rehearse::worse(exit, rehearse::flush_output()));
  } catch (const std::exception& error) {
    // What throws may be the printing itself, to a disk that is full.
    if (rehearse::flush_output() != rehearse::ExitCode::expected)
      return static_cast<int>(rehearse::ExitCode::machine);
    fmt::print(stderr, "rehearse: a bug of ours: {}\n", error.what());
    return static_cast<int>(rehearse::ExitCode::bug);
  }
}
