#include "record/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "record/csv.hpp"
#include "record/row_sums.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* file_name = "manifest.json";
constexpr const char* schema = "rehearse.manifest/1";
// Of longer tables the rows have no sums of their own: the manifest stays below a few megabytes.
constexpr int64_t summed_rows_max = 200'000;

struct Entry {
  std::string sha256;
  std::optional<int64_t> rows;  // null: it is no table
  std::string sums;             // of its rows
};
using Entries = std::map<std::string, Entry>;

struct Contents {
  Entries entries;
  std::string signed_by;  // public key, empty: nobody
};

bool is_evidence(const std::string& path) {
  constexpr std::string_view made[] = {
      file_name,    manifest_signature_file, "report.json", "report.html", "report.md", "junit.xml",
      "audit.jsonl"};
  constexpr std::string_view folders[] = {"logs/", "books/incomplete/"};
  return std::ranges::find(made, path) == std::end(made) &&
         std::ranges::none_of(folders,
                              [&](std::string_view folder) { return path.starts_with(folder); });
}

RowFormat format_of(const std::string& path) {
  return path.ends_with(".jsonl") ? RowFormat::lines : RowFormat::csv;
}

// Without a CSV's header.
int64_t rows_in(const std::string& path, std::string_view text) {
  if (format_of(path) == RowFormat::lines) return std::ranges::count(text, '\n');
  CsvReader reader(text);
  std::vector<std::string> fields;
  size_t width = 0;
  int64_t rows = -1;
  while (reader.next(fields, width)) ++rows;
  return std::max<int64_t>(rows, 0);
}

// A check needs the rows' sums of what changed alone.
enum class WithSums : uint8_t { no, yes };

Result<Entry> entry_of(const std::string& run_dir, const std::string& path, WithSums with_sums) {
  if (path.ends_with(".csv") || path.ends_with(".jsonl")) {
    const auto text = read_file(run_dir + "/" + path);
    if (!text) return std::unexpected(text.error());
    const int64_t rows = rows_in(path, *text);
    const bool summed = with_sums == WithSums::yes && rows <= summed_rows_max;
    return Entry{sha256_hex(*text), rows, summed ? row_sums(*text, format_of(path)) : ""};
  }
  const auto sum = sha256_hex_of_file(run_dir + "/" + path);
  if (!sum) return std::unexpected(sum.error());
  return Entry{*sum, std::nullopt, ""};
}

// As JSON can say it.
std::string utf8_name(const std::string& path) {
  return json::parse(json(path).dump(-1, ' ', false, json::error_handler_t::replace));
}

// What is not a file is not followed.
Result<Entries> entries_of(const std::string& run_dir, WithSums with_sums) {
  Entries entries;
  std::error_code error;
  fs::recursive_directory_iterator it(run_dir, error), end;
  for (; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file(error) || it->is_symlink(error)) continue;
    const std::string path = it->path().string().substr(run_dir.size() + 1);
    if (!is_evidence(path)) continue;
    auto entry = entry_of(run_dir, path, with_sums);
    if (!entry) return std::unexpected(entry.error());
    entries[utf8_name(path)] = std::move(*entry);
  }
  if (error) return fail(ExitCode::machine, fmt::format("{}: {}", run_dir, error.message()));
  return entries;
}

std::string path_of(const std::string& run_dir) {
  return fmt::format("{}/{}", run_dir, file_name);
}

Result<Contents> read_manifest(const std::string& run_dir) {
  const std::string path = path_of(run_dir);
  const auto text = read_file(path);
  if (!text)
    return fail(ExitCode::usage,
                fmt::format("{}: nobody can say whether the run is as it was recorded", path));
  try {
    Contents contents;
    const json document = json::parse(*text);
    if (document.at("schema") != schema) throw std::runtime_error("of another schema");
    contents.signed_by = document.value("signed_by", "");
    for (const auto& [name, value] : document.at("files").items()) {
      Entry& entry = contents.entries[name];
      value.at("sha256").get_to(entry.sha256);
      if (value.contains("rows")) entry.rows = value.at("rows").get<int64_t>();
      entry.sums = value.value("row_sums", "");
    }
    return contents;
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("{}: {}", path, error.what()));
  }
}

std::string change_of(const std::string& run_dir, const std::string& path, const Entry& then,
                      const Entry& now) {
  std::string text = path + " changed";
  if (then.rows && now.rows && *then.rows != *now.rows)
    text += fmt::format(": {} rows, recorded were {}", *now.rows, *then.rows);
  const auto summed = entry_of(run_dir, path, WithSums::yes);
  const std::string rows =
      summed ? changed_rows(then.sums, summed->sums, format_of(path)) : std::string();
  return rows.empty() ? text : fmt::format("{} ({})", text, rows);
}

// Over the manifest's own bytes, as OpenSSL writes one and verifies it: 64 bytes, raw.
Status sign_manifest(const std::string& run_dir, const std::string& text,
                     const std::string& secret) {
  const auto signature = of_base64url(ed25519_sign(secret, text));
  if (!signature || signature->empty())
    return fail(ExitCode::usage, "the key that is to sign the manifest is none");
  return write_file_atomically(run_dir + "/" + manifest_signature_file, *signature);
}

bool is_signed(const std::string& run_dir, const std::string& key) {
  const auto text = read_file(path_of(run_dir));
  const auto signature = read_file(run_dir + "/" + manifest_signature_file, 1 << 10);
  if (!text || !signature) return false;
  return ed25519_verify(key, *text, base64url_of(*signature));
}

}  // namespace

Status write_manifest(const std::string& run_dir, const std::string& secret) {
  const auto entries = entries_of(run_dir, WithSums::yes);
  if (!entries) return std::unexpected(entries.error());
  json files = json::object();
  for (const auto& [path, entry] : *entries) {
    files[path] = {{"sha256", entry.sha256}};
    if (entry.rows) files[path]["rows"] = *entry.rows;
    if (!entry.sums.empty()) files[path]["row_sums"] = entry.sums;
  }
  json document = {{"schema", schema}, {"files", std::move(files)}};
  if (!secret.empty()) document["signed_by"] = ed25519_public(secret);
  const std::string text = document.dump(1) + "\n";
  if (auto written = write_file_atomically(path_of(run_dir), text); !written) return written;
  return secret.empty() ? Status{} : sign_manifest(run_dir, text, secret);
}

Result<std::vector<std::string>> changes_since_recorded(const std::string& run_dir) {
  const auto then = read_manifest(run_dir);
  if (!then) return std::unexpected(then.error());
  const auto now = entries_of(run_dir, WithSums::no);
  if (!now) return std::unexpected(now.error());
  std::vector<std::string> changes;
  if (!then->signed_by.empty() && !is_signed(run_dir, then->signed_by))
    changes.push_back(fmt::format("{} is not as {} signed it", file_name, then->signed_by));
  for (const auto& [path, entry] : then->entries) {
    const auto found = now->find(path);
    if (found == now->end())
      changes.push_back(path + " is gone");
    else if (found->second.sha256 != entry.sha256 || found->second.rows != entry.rows)
      changes.push_back(change_of(run_dir, path, entry, found->second));
  }
  for (const auto& [path, entry] : *now)
    if (!then->entries.contains(path)) changes.push_back(path + " came later");
  return changes;
}

std::string manifest_sha256(const std::string& run_dir) {
  return sha256_hex_of_file(path_of(run_dir)).value_or("");
}

}  // namespace rehearse
