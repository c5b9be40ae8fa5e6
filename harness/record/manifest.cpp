#include "record/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/sha256.hpp"
#include "record/csv.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* file_name = "manifest.json";
constexpr const char* schema = "rehearse.manifest/1";

struct Entry {
  std::string sha256;
  std::optional<int64_t> rows;  // null: it is no table
  bool operator==(const Entry&) const = default;
};

bool is_evidence(const std::string& path) {
  constexpr std::string_view made[] = {file_name,   "report.json", "report.html",
                                       "report.md", "junit.xml",   "audit.jsonl"};
  constexpr std::string_view folders[] = {"logs/", "books/incomplete/"};
  return std::ranges::find(made, path) == std::end(made) &&
         std::ranges::none_of(folders,
                              [&](std::string_view folder) { return path.starts_with(folder); });
}

// Without a CSV's header.
int64_t rows_in(const std::string& path, std::string_view text) {
  if (path.ends_with(".jsonl")) return std::ranges::count(text, '\n');
  CsvReader reader(text);
  std::vector<std::string> fields;
  size_t width = 0;
  int64_t rows = -1;
  while (reader.next(fields, width)) ++rows;
  return std::max<int64_t>(rows, 0);
}

Result<Entry> entry_of(const std::string& run_dir, const std::string& path) {
  if (path.ends_with(".csv") || path.ends_with(".jsonl")) {
    const auto text = read_file(run_dir + "/" + path);
    if (!text) return std::unexpected(text.error());
    return Entry{sha256_hex(*text), rows_in(path, *text)};
  }
  const auto sum = sha256_hex_of_file(run_dir + "/" + path);
  if (!sum) return std::unexpected(sum.error());
  return Entry{*sum, std::nullopt};
}

// As JSON can say it.
std::string utf8_name(const std::string& path) {
  return json::parse(json(path).dump(-1, ' ', false, json::error_handler_t::replace));
}

// What is not a file is not followed.
Result<std::map<std::string, Entry>> entries_of(const std::string& run_dir) {
  std::map<std::string, Entry> entries;
  std::error_code error;
  fs::recursive_directory_iterator it(run_dir, error), end;
  for (; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file(error) || it->is_symlink(error)) continue;
    const std::string path = it->path().string().substr(run_dir.size() + 1);
    if (!is_evidence(path)) continue;
    auto entry = entry_of(run_dir, path);
    if (!entry) return std::unexpected(entry.error());
    entries[utf8_name(path)] = std::move(*entry);
  }
  if (error) return fail(ExitCode::machine, fmt::format("{}: {}", run_dir, error.message()));
  return entries;
}

Result<std::map<std::string, Entry>> read_manifest(const std::string& run_dir) {
  const std::string path = fmt::format("{}/{}", run_dir, file_name);
  const auto text = read_file(path);
  if (!text)
    return fail(ExitCode::usage,
                fmt::format("{}: nobody can say whether the run is as it was recorded", path));
  try {
    std::map<std::string, Entry> entries;
    const json document = json::parse(*text);
    if (document.at("schema") != schema) throw std::runtime_error("of another schema");
    for (const auto& [name, value] : document.at("files").items()) {
      Entry& entry = entries[name];
      value.at("sha256").get_to(entry.sha256);
      if (value.contains("rows")) entry.rows = value.at("rows").get<int64_t>();
    }
    return entries;
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("{}: {}", path, error.what()));
  }
}

std::string change_of(const std::string& path, const Entry& then, const Entry& now) {
  if (then.rows && now.rows && *then.rows != *now.rows)
    return fmt::format("{} changed: {} rows, recorded were {}", path, *now.rows, *then.rows);
  return path + " changed";
}

}  // namespace

Status write_manifest(const std::string& run_dir) {
  const auto entries = entries_of(run_dir);
  if (!entries) return std::unexpected(entries.error());
  json files = json::object();
  for (const auto& [path, entry] : *entries) {
    files[path] = {{"sha256", entry.sha256}};
    if (entry.rows) files[path]["rows"] = *entry.rows;
  }
  const json document = {{"schema", schema}, {"files", std::move(files)}};
  return write_file_atomically(fmt::format("{}/{}", run_dir, file_name), document.dump(1) + "\n");
}

Result<std::vector<std::string>> changes_since_recorded(const std::string& run_dir) {
  const auto then = read_manifest(run_dir);
  if (!then) return std::unexpected(then.error());
  const auto now = entries_of(run_dir);
  if (!now) return std::unexpected(now.error());
  std::vector<std::string> changes;
  for (const auto& [path, entry] : *then) {
    const auto found = now->find(path);
    if (found == now->end())
      changes.push_back(path + " is gone");
    else if (found->second != entry)
      changes.push_back(change_of(path, entry, found->second));
  }
  for (const auto& [path, entry] : *now)
    if (!then->contains(path)) changes.push_back(path + " came later");
  return changes;
}

std::string manifest_sha256(const std::string& run_dir) {
  return sha256_hex_of_file(fmt::format("{}/{}", run_dir, file_name)).value_or("");
}

}  // namespace rehearse
