// rehearse report RUN --format F: write a report again.
#include "reports/report.hpp"

#include <iostream>
#include <memory>

#include "cli/cli.hpp"
#include "cli/judged.hpp"

namespace rehearse {

void add_report(Arguments& verb, Cli& cli) {
  struct Arguments {
    std::string run, format = "terminal";
  };
  auto arguments = std::make_shared<Arguments>();
  verb.word("run", arguments->run, "folder of the run", true);
  verb.text("--format", arguments->format, "json or terminal", {"json", "terminal"});
  verb.action([arguments, &cli] {
    const auto run = read_run(arguments->run);
    if (!run) {
      cli.exit = complain(run.error());
      return;
    }
    const Report report = judge(*run);
    if (arguments->format == "json")
      write_json(std::cout, report);
    else
      write_terminal(std::cout, report, color_wanted(), terminal_columns());
  });
}

}  // namespace rehearse
