// A run's folder: run.json (facts and faults), events.jsonl, history.bin, books/*.csv.
// Each type lists its fields once; the same list writes and reads.
#include "record/run.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

#include "base/files.hpp"
#include "record/manifest.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

// ---- the fields of each type (F is called with name and member; T may be const)

template <typename F, typename T>
void fields_of_fault(F& f, T& fault) {
  f("id", fault.id);
  f("fault", fault.fault);
  f("target", fault.target);
  f("planned_ms", fault.planned_ms);
  f("injected_ms", fault.injected_ms);
  f("effective_ms", fault.effective_ms);
  f("healed_ms", fault.healed_ms);
  f("disruptive", fault.disruptive);
  f("heal_expected", fault.heal_expected);
  f("evidence", fault.evidence);
  f("error", fault.error);
}

template <typename F, typename T>
void fields_of_role(F& f, T& role) {
  f("t_ms", role.t_ms);
  f("component", role.component);
  f("role", role.role);
  f("planned", role.planned);
  f("resolution_ms", role.resolution_ms);
}

template <typename F, typename T>
void fields_of_event(F& f, T& event) {
  f("t_ms", event.t_ms);
  f("source", event.source);
  f("event", event.event);
  f("detail", event.detail);
}

template <typename F, typename T>
void fields_of_slo(F& f, T& slo) {
  f("name", slo.name);
  f("phase", slo.phase);
  f("limit", slo.limit);
}

template <typename F, typename T>
void fields_of_retries(F& f, T& budget) {
  f("window_ms", budget.window_ms);
  f("again_max", budget.again_max);
  f("percent_of_first", budget.percent_of_first);
  f("short_pause_ms", budget.short_pause_ms);
  f("short_pauses_max", budget.short_pauses_max);
  f("tries_at_first", budget.tries_at_first);
  f("later_pause_ms", budget.later_pause_ms);
  f("regular_look_ms", budget.regular_look_ms);
}

template <typename F, typename T>
void fields_of_run(F& f, T& run) {
  f("id", run.id);
  f("scenario", run.scenario);
  f("title", run.title);
  f("tier", run.tier);
  f("stack", run.stack);
  f("expect_text", run.expect_text);
  f("seed", run.seed);
  f("started_wall_ns", run.started_wall_ns);
  f("finished_wall_ns", run.finished_wall_ns);
  f("zero_wall_ns", run.zero_wall_ns);
  f("stack_ready_ms", run.stack_ready_ms);
  f("scenario_sha256", run.scenario_sha256);
  f("versions", run.versions);
  f("images", run.images);
  f("steady_from_ms", run.steady_from_ms);
  f("arrivals_end_ms", run.arrivals_end_ms);
  f("drained_ms", run.drained_ms);
  f("redundancy_restored_ms", run.redundancy_restored_ms);
  f("observe_deadline_missed", run.observe_deadline_missed);
  f("interrupted", run.interrupted);
  f("troubles", run.troubles);
  f("expect_fail", run.expect_fail);
  f("checks", run.checks);
  f("capabilities", run.capabilities);
  f("parts", run.parts);
  f("left_out", run.left_out);
  f("rto_targets_ms", run.targets.rto_ms);
  f("rpo_targets_ms", run.targets.rpo_ms);
  f("slo_targets", run.targets.slo);
  f("retries", run.retries);
  f("scheduled", run.load.scheduled);
  f("not_sent", run.load.not_sent);
  f("lateness_us", run.load.lateness_us);
  f("auto_rate_per_s", run.auto_rate_per_s);
  f("auto_rate_why", run.auto_rate_why);
  f("not_played", run.not_played);
  f("kinds_planned", run.kinds_planned);
  f("faults", run.faults);
  f("roles", run.roles);
  f("residue", run.residue);
}

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
  static json encode(const FaultRecord& value);
  static json encode(const RoleChange& value);
  static json encode(const SloTarget& value);
  static json encode(const RetryBudget& value);
};

json Writer::encode(const FaultRecord& value) {
  json object = json::object();
  Writer writer{object};
  fields_of_fault(writer, value);
  return object;
}
json Writer::encode(const RoleChange& value) {
  json object = json::object();
  Writer writer{object};
  fields_of_role(writer, value);
  return object;
}
json Writer::encode(const SloTarget& value) {
  json object = json::object();
  Writer writer{object};
  fields_of_slo(writer, value);
  return object;
}

json Writer::encode(const RetryBudget& value) {
  json object = json::object();
  Writer writer{object};
  fields_of_retries(writer, value);
  return object;
}

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
  static void need_object(const json& from) {
    if (!from.is_object()) throw std::runtime_error("not an object");
  }
  static void decode(const json& from, FaultRecord& value) {
    need_object(from);
    Reader reader{from};
    fields_of_fault(reader, value);
  }
  static void decode(const json& from, RoleChange& value) {
    need_object(from);
    Reader reader{from};
    fields_of_role(reader, value);
  }
  static void decode(const json& from, SloTarget& value) {
    need_object(from);
    Reader reader{from};
    fields_of_slo(reader, value);
  }
  static void decode(const json& from, RetryBudget& value) {
    need_object(from);
    Reader reader{from};
    fields_of_retries(reader, value);
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
  json facts = json::object();
  Writer writer{facts};
  fields_of_run(writer, run);
  std::string text = "{";
  const char* separator = "\n";
  for (const auto& [name, value] : facts.items()) {
    text += fmt::format("{}  {}: {}", separator, json(name).dump(), value.dump());
    separator = ",\n";
  }
  return write_text(path, text + "\n}\n");
}

Status write_events(const std::string& path, const Run& run) {
  std::string text;
  for (const Event& event : run.events) {
    json object = json::object();
    Writer writer{object};
    fields_of_event(writer, event);
    text += object.dump() + '\n';
  }
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

// A key twice says two things, and the library keeps the last without a word.
json parse_strictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  return json::parse(text, [&](int, json::parse_event_t event, json& part) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(part.get<std::string>()).second)
      throw std::runtime_error(fmt::format("`{}` is there twice", part.get<std::string>()));
    return true;
  });
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
    fields_of_run(reader, run);
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
      fields_of_event(reader, run.events.emplace_back());
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
  run.manifest_sha256 = manifest_sha256(dir);
  return run;
}

}  // namespace rehearse
