// rehearse doctor: what this machine can and cannot do, and what follows.
#include <fmt/core.h>

#include "cli/cli.hpp"
#include "engine/machine.hpp"

namespace rehearse {

void add_doctor(Arguments& verb, Cli& cli) {
  verb.action([&cli] {
    for (const auto& fact : inspect_machine(cli.places.root + "/runs")) {
      fmt::print("{:<5} {:<10} {}{}{}\n",
                 fact.ok         ? "ok"
                 : fact.required ? "MISS"
                                 : "note",
                 fact.name, fact.found, fact.follows.empty() ? "" : " · ", fact.follows);
      if (fact.required && !fact.ok) cli.exit = ExitCode::machine;
    }
  });
}

}  // namespace rehearse
