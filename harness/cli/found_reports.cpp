#include "cli/found_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr size_t report_bytes_max = 64 << 20;
constexpr const char* report_name = "report.json";

// Within a run's folder nothing else is looked at: its books are large, and no reports.
void collect_reports(const fs::path& folder, std::vector<fs::path>& found) {
  std::error_code ignored;
  if (fs::is_regular_file(folder / report_name, ignored)) {
    found.push_back(folder / report_name);
    return;
  }
  if (fs::exists(folder / "run.json", ignored)) return;  // it ended before it had a report
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_symlink(ignored)) continue;
    if (entry.is_directory(ignored)) collect_reports(entry.path(), found);
    if (entry.is_regular_file(ignored) && entry.path().extension() == ".json")
      found.push_back(entry.path());
  }
}

}  // namespace

Result<std::vector<FoundReport>> reports_in(const std::string& path) {
  std::vector<fs::path> files;
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored))
    files.emplace_back(path);
  else
    collect_reports(path, files);
  if (files.empty())
    return fail(ExitCode::usage,
                fmt::format("{}: no report.json is there; a run's folder, a folder of runs or a "
                            "report's file is expected",
                            path));
  std::ranges::sort(files);
  std::vector<FoundReport> reports;
  for (const fs::path& file : files) {
    auto text = read_regular_file(file.string(), report_bytes_max);
    if (!text) return fail(ExitCode::usage, text.error().message);
    reports.push_back({file.filename() == report_name ? file.parent_path().string() : file.string(),
                       std::move(*text)});
  }
  return reports;
}

}  // namespace rehearse
