// rehearse check RUN…: repeat the checks on a recorded run, offline.
#include <memory>

#include "cli/cli.hpp"
#include "cli/judged.hpp"

namespace rehearse {

void add_check(Arguments& verb, Cli& cli) {
  auto runs = std::make_shared<std::vector<std::string>>();
  verb.words("run", *runs, "folders of runs");
  verb.action([runs, &cli] {
    for (const auto& run : *runs) cli.exit = worse(cli.exit, judge_and_report(run, false));
  });
}

}  // namespace rehearse
