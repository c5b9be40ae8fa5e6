// rehearse trend DIR: one page over a folder of runs, with findings and what people say of them.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <sstream>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "cli/cli.hpp"
#include "cli/known_runs.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

struct TrendArguments {
  std::string dir, out, findings;
};

ExitCode write_page(const TrendArguments& arguments) {
  const std::string today = rfc3339(wall_ns()).substr(0, 10);
  const auto known = known_runs(arguments.dir, arguments.findings);
  if (!known) return complain(known.error());
  const auto findings = merge_findings(known->runs, known->kept, today);
  std::ostringstream page;
  write_trend(page, known->runs, findings, known->dir);
  const std::string out = arguments.out.empty() ? known->dir + "/index.html" : arguments.out;
  if (auto written = write_file_atomically(out, page.str()); !written)
    return complain(written.error());
  for (const std::string& note : known->notes) fmt::print("{}\n", text::plain(note));
  fmt::print("{} runs: {}\n", known->runs.size(), out);
  for (const MergedFinding& finding : findings)
    if (!finding.is_kept)
      fmt::print("nobody's yet: - {{id: \"{}\", severity: {}, owner: …, due: {}}}\n",
                 text::plain(finding.kept.id), finding.kept.severity, today);
  if (known->kept.empty() && !findings.empty())
    fmt::print("`findings:` and such lines belong into {}\n", known->findings_path);
  return ExitCode::expected;
}

}  // namespace

void add_trend(Arguments& verb, Cli& cli) {
  auto arguments = std::make_shared<TrendArguments>();
  verb.word("dir", arguments->dir, "folder of runs", true);
  verb.text("--out", arguments->out, "the page, instead of index.html in that folder");
  verb.text("--findings", arguments->findings,
            "file that people edit, instead of findings.yaml in that folder");
  verb.action([arguments, &cli] { cli.exit = write_page(*arguments); });
}

}  // namespace rehearse
