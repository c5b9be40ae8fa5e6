#include "cli/known_runs.hpp"

#include <filesystem>

#include "cli/cli.hpp"
#include "cli/found_reports.hpp"
#include "scenario/findings.hpp"

namespace rehearse {
namespace {

Status read_kept(KnownRuns& known, bool named) {
  std::error_code ignored;
  if (!named && !std::filesystem::exists(known.findings_path, ignored)) return {};
  const auto text = given_text(known.findings_path);
  if (!text) return fail(ExitCode::usage, text.error().message);
  auto kept = parse_findings(known.findings_path, *text);
  if (kept) {
    known.kept = std::move(*kept);
    return {};
  }
  return std::unexpected(all_of(kept.error()));
}

}  // namespace

Result<KnownRuns> known_runs(const std::string& dir, const std::string& findings_path) {
  KnownRuns known;
  known.dir = std::filesystem::absolute(dir).lexically_normal().string();
  while (known.dir.size() > 1 && known.dir.ends_with('/')) known.dir.pop_back();
  known.findings_path = findings_path.empty() ? known.dir + "/findings.yaml" : findings_path;
  if (auto read = read_kept(known, !findings_path.empty()); !read)
    return std::unexpected(read.error());
  const auto reports = reports_in(known.dir);
  if (!reports) return std::unexpected(reports.error());
  for (const FoundReport& report : *reports) {
    auto run = trend_run_of(report.path, report.text);
    if (run)
      known.runs.push_back(std::move(*run));
    else
      known.notes.push_back(run.error().message + "; left out");
  }
  if (known.runs.empty()) return fail(ExitCode::usage, known.notes.front());
  return known;
}

}  // namespace rehearse
