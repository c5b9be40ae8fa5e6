// A run's folder: run.json (facts and faults), events.jsonl, history.bin, books/*.csv.
// Each type lists its fields once (run_fields.hpp); the same list writes and reads.
#include "record/run.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

#include "base/files.hpp"
#include "base/json_field.hpp"
#include "base/json_strict.hpp"
#include "record/manifest.hpp"
#include "record/run_fields.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

// ---- writing and reading a field

struct Writer {
  json& out;

  template <typename T>
  void operator()(const char* name, const T& value) {
    out[name] = encode(value);
  }
  template <typename T>
  static json encode(const T& value) {
    return json(value);
  }
  template <HasFields T>
  static json encode(const T& value) {
    json object = json::object();
    Writer writer{object};
    fields_of(writer, value);
    return object;
  }
  template <typename T>
  static json encode(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
  }
  template <typename T>
  static json encode(const std::vector<T>& values) {
    json array = json::array();
    for (const T& value : values) array.push_back(encode(value));
    return array;
  }
};

// What the verdict hangs on. Without one of these, less would be asked of the run, and a damaged
// one could pass.
constexpr const char* deciding_fields[] = {
    "scenario",       "seed",           "faults",      "checks",      "expect_fail",
    "capabilities",   "rto_targets_ms", "slo_targets", "interrupted", "observe_deadline_missed",
    "rpo_targets_ms", "troubles"};

// Any other field that is missing keeps its default: older runs stay readable.
struct Reader {
  const json& in;

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto found = in.find(name);
    if (found == in.end()) return;
    try {
      decode(*found, value);
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("{}: {}", name, error.what()));
    }
  }
  template <HasFields T>
  static void decode(const json& from, T& value) {
    if (!from.is_object()) throw std::runtime_error("not an object");
    Reader reader{from};
    fields_of(reader, value);
  }
  template <typename T>
  static void decode(const json& from, T& value) {
    // The library would wrap these around or cut them off.
    const bool whole = std::is_integral_v<T> && !std::is_same_v<T, bool>;
    if (whole && from.is_number() && !from.is_number_integer())
      throw std::runtime_error("not a whole number");
    if (std::is_unsigned_v<T> && from.is_number() && !from.is_number_unsigned())
      throw std::runtime_error("below 0");
    value = from.get<T>();
  }
  template <typename T>
  static void decode(const json& from, std::optional<T>& value) {
    if (from.is_null()) return value.reset();
    value = from.get<T>();
  }
  template <typename T>
  static void decode(const json& from, std::vector<T>& values) {
    if (!from.is_array()) throw std::runtime_error("not a list");
    values.clear();
    values.reserve(from.size());
    for (const json& item : from) decode(item, values.emplace_back());
  }
  static void decode(const json& from, RetryBudget& value) {
    decode<RetryBudget>(from, value);
    if (value.window_ms < 1 || value.later_pause_ms < 1)
      throw std::runtime_error("its window and its pauses must be longer than 0 ms");
  }
};

// ---- files

Status write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) return fail(ExitCode::machine, fmt::format("{}: cannot be written", path));
  return {};
}

// One line per top-level field: long lists of numbers stay on one line.
Status write_facts(const std::string& path, const Run& run) {
  const json facts = Writer::encode(run);
  std::string text = "{";
  const char* separator = "\n";
  for (const auto& [name, value] : facts.items()) {
    text += fmt::format("{}  {}: {}", separator, utf8_of(json(name)), utf8_of(value));
    separator = ",\n";
  }
  return write_text(path, text + "\n}\n");
}

Status write_events(const std::string& path, const Run& run) {
  std::string text;
  for (const Event& event : run.events) text += utf8_of(Writer::encode(event)) + '\n';
  return write_text(path, text);
}

// The load writes history.bin while it runs; only a run made in memory is still without one.
Status write_history(const std::string& path, const History& history) {
  if (std::filesystem::exists(path)) return {};
  auto writer = HistoryWriter::create(path, history.run_key, history.operations.size() + 1,
                                      history.attempts.size() + 1);
  if (!writer) return std::unexpected(writer.error());
  for (const Operation& operation : history.operations) {
    if ((*writer)->add_operation(operation) == nullptr) return fail(ExitCode::bug, path + ": full");
  }
  for (const Attempt& attempt : history.attempts) {
    if ((*writer)->add_attempt(attempt) == nullptr) return fail(ExitCode::bug, path + ": full");
  }
  (*writer)->set_zero_ns(history.zero_ns);
  return (*writer)->close();
}

Status read_facts(const std::string& path, Run& run) {
  const auto text = read_file(path);
  if (!text) return fail(ExitCode::usage, text.error().message + ": is this a run's folder?");
  try {
    const json facts = parse_strictly(*text);
    if (!facts.is_object()) return fail(ExitCode::usage, path + ": not an object");
    for (const char* name : deciding_fields)
      if (!facts.contains(name))
        return fail(ExitCode::usage, fmt::format("{}: lacks `{}`: it is damaged", path, name));
    Reader reader{facts};
    fields_of(reader, run);
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("{}: {}", path, error.what()));
  }
  return {};
}

Status read_events(const std::string& path, Run& run) {
  const auto whole = read_file(path);
  if (!whole) return fail(ExitCode::usage, whole.error().message);
  std::istringstream file(*whole);
  std::string text;
  for (int64_t line = 1; std::getline(file, text); ++line) {
    if (text.empty()) continue;
    try {
      const json object = parse_strictly(text);
      if (!object.is_object()) throw std::runtime_error("not an object");
      Reader reader{object};
      fields_of(reader, run.events.emplace_back());
    } catch (const std::exception& error) {
      return fail(ExitCode::usage, fmt::format("{}:{}: {}", path, line, error.what()));
    }
  }
  return {};
}

}  // namespace

Status write_run(const std::string& dir, const Run& run) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return fail(ExitCode::machine, fmt::format("{}: {}", dir, error.message()));
  try {
    Status status = write_history(dir + "/history.bin", run.history);
    if (status) status = write_books(dir + "/books", run.books);
    if (status && run.restored.ledger_entries)
      status = write_books(fmt::format("{}/{}", dir, restored_folder), run.restored);
    if (status) status = write_events(dir + "/events.jsonl", run);
    if (status) status = write_facts(dir + "/run.json", run);
    return status;
  } catch (const json::exception& failure) {  // text that is not UTF-8
    return fail(ExitCode::bug, fmt::format("{}: {}", dir, failure.what()));
  }
}

Result<Run> read_run(const std::string& dir) {
  Run run;
  if (const Status status = read_facts(dir + "/run.json", run); !status) {
    return std::unexpected(status.error());
  }
  if (const Status status = read_events(dir + "/events.jsonl", run); !status) {
    return std::unexpected(status.error());
  }
  auto history = read_history(dir + "/history.bin");
  if (!history) return std::unexpected(history.error());
  run.history = std::move(*history);
  run.books = read_books(dir + "/books", run.troubles);
  run.restored = read_books(fmt::format("{}/{}", dir, restored_folder), run.troubles);
  run.manifest_sha256 = manifest_sha256(dir);
  return run;
}

}  // namespace rehearse
