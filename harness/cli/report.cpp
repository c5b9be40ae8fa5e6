// rehearse report RUN --format F: write a report again.
#include "reports/report.hpp"

#include <filesystem>
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
  verb.text("--format", arguments->format, "html, json, junit, markdown or terminal",
            {"html", "json", "junit", "markdown", "terminal"});
  verb.action([arguments, &cli] {
    const std::string& format = arguments->format;
    const auto run = read_run(arguments->run);
    if (!run) {
      cli.exit = complain(run.error());
      return;
    }
    const Report report = judge(*run);
    const std::string run_dir =
        std::filesystem::absolute(arguments->run).lexically_normal().string();
    if (format == "json") write_json(std::cout, report);
    if (format == "junit") write_junit(std::cout, report, run_dir);
    if (format == "markdown") write_markdown(std::cout, report, run_dir);
    if (format == "html") write_html(std::cout, report);
    if (format == "terminal") write_terminal(std::cout, report, color_wanted(), terminal_columns());
    cli.exit = exit_code_of(report);
  });
}

}  // namespace rehearse
