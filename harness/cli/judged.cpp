#include "cli/judged.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "base/files.hpp"
#include "cli/cli.hpp"
#include "record/run.hpp"
#include "reports/report.hpp"

namespace rehearse {

bool color_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return obeys_escapes(STDOUT_FILENO) && !(no_color && *no_color);
}

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return std::clamp<int>(size.ws_col, 80, 160);
}

Status write_report_files(const Report& report, const std::string& run_dir) {
  std::ostringstream json, junit, markdown, html;
  write_json(json, report);
  write_junit(junit, report, run_dir);
  write_markdown(markdown, report, run_dir);
  write_html(html, report);
  for (const auto& [name, text] :
       {std::pair("/report.json", json.str()), std::pair("/junit.xml", junit.str()),
        std::pair("/report.md", markdown.str()), std::pair("/report.html", html.str())})
    if (auto written = write_file_atomically(run_dir + name, text); !written) return written;
  return {};
}

ExitCode judge_and_report(const std::string& run_dir, bool write_files) {
  const auto run = read_run(run_dir);
  if (!run) return complain(run.error());
  const Report report = judge(*run);
  if (write_files)
    if (auto written = write_report_files(report, run_dir); !written)
      return complain(written.error());
  write_terminal(std::cout, report, color_wanted(), terminal_columns());
  std::cout << "run folder: " << run_dir << "\n" << std::flush;
  return exit_code_of(report);
}

}  // namespace rehearse
