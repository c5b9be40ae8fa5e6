// rehearse guardian RUN: started by `run` itself, see undo/guardian.hpp. Its standard input tells
// it whether the harness lives.
#include "undo/guardian.hpp"

#include <unistd.h>

#include <csignal>
#include <memory>

#include "cli/cli.hpp"
#include "engine/active_stack.hpp"
#include "engine/machine.hpp"
#include "undo/own_groups.hpp"

namespace rehearse {
namespace {

// Whoever interrupts the harness does not mean us. A handler instead of SIG_IGN: what is ignored
// stays so in the programs that we start, containers among them.
void outlive_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
}

ExitCode guard_run(const std::string& run_dir) {
  outlive_signals();
  const OwnGroups groups;
  const auto runtime = open_runtime();
  const auto needed = [&run_dir] {
    const auto active = read_active();
    return !active || active->run_dir == run_dir;
  };
  const auto done =
      guard({.runtime = *runtime, .run_dir = run_dir, .needed = needed}, STDIN_FILENO);
  return done ? ExitCode::expected : done.error().code;
}

}  // namespace

void add_guardian(Arguments& verb, Cli& cli) {
  auto run_dir = std::make_shared<std::string>();
  verb.word("run", *run_dir, "folder of the run", true);
  verb.action([run_dir, &cli] { cli.exit = guard_run(*run_dir); });
}

}  // namespace rehearse
