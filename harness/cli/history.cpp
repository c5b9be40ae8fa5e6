// rehearse history RUN --csv: the recorded operations.
#include "record/history.hpp"

#include <iostream>
#include <memory>

#include "cli/cli.hpp"

namespace rehearse {

void add_history(Arguments& verb, Cli& cli) {
  struct Options {
    std::string run;
    bool csv = true;
  };
  auto options = std::make_shared<Options>();
  verb.word("run", options->run, "folder of the run", true);
  verb.flag("--csv", options->csv, "as CSV (the only format there is)");
  verb.action([options, &cli] {
    const auto history = read_history(options->run + "/history.bin");
    if (!history)
      cli.exit = complain(history.error());
    else
      write_history_csv(std::cout, *history);
  });
}

}  // namespace rehearse
