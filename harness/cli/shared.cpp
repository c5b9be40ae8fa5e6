#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>

#include "base/files.hpp"
#include "checks/check.hpp"
#include "cli/cli.hpp"
#include "cli/profiles.hpp"
#include "engine/play.hpp"
#include "engine/stop_watch.hpp"
#include "faults/fault.hpp"
#include "record/records.hpp"
#include "scenario/stack_parts.hpp"
#include "stack/facts.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

std::atomic<bool> interrupt_flag = false;
void on_signal(int) {
  interrupt_flag = true;
}

// More than any scenario has: what is longer is refused with its length where it is parsed.
constexpr size_t bytes_max = 16 << 20;

// A pipe can be read once; several ask what is in it.
bool is_pipe(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

std::string find_scenario(const Places& places, const std::string& name_or_path) {
  std::error_code ignored;
  if (fs::is_regular_file(name_or_path, ignored)) return name_or_path;
  for (const auto& file : scenario_files(places)) {
    const auto stem = fs::path(file).stem().string();
    if (name_or_path == stem || name_or_path == scenario_name(file)) return file;
  }
  return name_or_path;
}

std::string no_scenario(const Places& places, const std::string& name, const Error& why) {
  std::error_code ignored;
  if (fs::exists(name, ignored)) return why.message;
  std::vector<std::string> known;
  for (const auto& file : scenario_files(places))
    for (const auto& one : {fs::path(file).stem().string(), scenario_name(file)})
      known.push_back(one);
  return fmt::format(
      "no scenario `{}`{}", name,
      did_you_mean(name, known, "`./rehearse list scenarios` names those there are"));
}

}  // namespace

Result<std::string> given_text(const std::string& path) {
  static std::map<std::string, Result<std::string>> known;
  if (!is_pipe(path)) return read_file(path, bytes_max);
  const auto found = known.find(path);
  return found != known.end() ? found->second
                              : known.emplace(path, read_file(path, bytes_max)).first->second;
}

ExitCode flush_output() {
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::cout.good() && std::ferror(stdout) == 0) return ExitCode::expected;
  pollfd reader{STDOUT_FILENO, POLLOUT, 0};
  if (::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0) return ExitCode::expected;
  return complain({ExitCode::machine,
                   "not all could be written to standard output: is there room, is it open?"});
}

ExitCode complain(const Error& error) {
  fmt::print(stderr, "rehearse: {}\n", error.message);
  return error.code;
}

Error all_of(const std::vector<Diagnostic>& diagnostics) {
  std::string all;
  for (const Diagnostic& one : diagnostics) all += (all.empty() ? "" : "\n") + to_string(one);
  return {ExitCode::usage, all};
}

Places find_places() {
  std::error_code ignored;
  const fs::path self = fs::read_symlink("/proc/self/exe", ignored);
  const char* given = std::getenv("REHEARSE_ROOT");
  // Built as ROOT/build/<preset>/rehearse.
  const fs::path root =
      given && *given ? fs::path(given) : self.parent_path().parent_path().parent_path();
  return {root, (root / "build/images.list").string(), self.parent_path().string()};
}

const Profiles& profiles() {
  static const Profiles known = read_profiles(find_places());
  return known;
}

const Catalogue& catalogue() {
  static const Catalogue known = [] {
    Catalogue all;
    all.faults = fault_schemas();
    for (const auto& check : all_checks())
      all.checks[std::string(check.name)] = std::string(check.needs);
    all.live_checks = live_check_names();
    all.profile_files = profiles().good;
    for (const auto& [name, profile] : profiles().good) {
      all.profiles.push_back(name);
      all.played[name] = kinds_played(profile);
    }
    for (const auto& [name, why] : profiles().broken) all.profiles.push_back(name);
    for (int kind = 0; kind < operation_kinds; ++kind)
      all.operations.emplace_back(name_of(static_cast<OperationKind>(kind)));
    std::vector<std::string> runbooks;
    for (const auto& file : runbook_files(find_places()))
      runbooks.push_back(fs::path(file).stem().string());
    all.runbook = runbook_schema(std::move(runbooks));
    all.stores = {"ledger", "events", "reporting"};
    return all;
  }();
  return known;
}

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

std::string stack_path(const Places& places, const std::string& name) {
  return places.root + "/fixtures/stacks/" + name + ".yaml";
}

Result<StackFile> whole_stack(const Places& places, const std::string& name) {
  std::vector<std::string> known;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(places.root + "/fixtures/stacks", ignored))
    if (file.path().extension() == ".yaml") known.push_back(file.path().stem().string());
  if (std::ranges::find(known, name) != known.end())
    return read_stack_file(stack_path(places, name));
  return fail(
      ExitCode::usage,
      fmt::format("unknown stack `{}`{}", name,
                  did_you_mean(name, known, "`./rehearse list stacks` names those there are")));
}

Result<StackFile> load_stack(const Places& places, const std::string& name,
                             const std::vector<std::string>& parts) {
  auto file = whole_stack(places, name);
  if (!file) return file;
  if (auto good = check_parts(*file, parts); !good) return std::unexpected(good.error());
  return with_parts(std::move(*file), parts);
}

std::vector<std::string> scenario_files(const Places& places) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& tier : fs::directory_iterator(places.root + "/scenarios", ignored)) {
    const auto name = tier.path().filename().string();
    if (!tier.is_directory() || name == "suites" || name == "runbooks" || name == "profiles" ||
        name == "messages")
      continue;
    for (const auto& file : fs::directory_iterator(tier.path(), ignored))
      if (file.path().extension() == ".yaml") files.push_back(file.path().string());
  }
  std::ranges::sort(files);
  return files;
}

Result<Scenario> load_scenario(const Places& places, const std::string& name_or_path,
                               const std::vector<std::string>& overrides) {
  ParseInput input;
  input.path = find_scenario(places, name_or_path);
  auto text = given_text(input.path);
  if (!text) return fail(ExitCode::usage, no_scenario(places, name_or_path, text.error()));
  input.text = *text;
  input.any_name = is_pipe(input.path);
  input.targets_path = places.root + "/scenarios/targets.yaml";
  auto targets = read_file(input.targets_path);
  if (!targets) return fail(ExitCode::usage, targets.error().message);
  input.targets_text = *targets;
  input.overrides = overrides;
  input.catalogue = &catalogue();
  input.stack = [&places](const std::string& name) -> Result<StackFacts> {
    auto file = whole_stack(places, name);
    if (!file) return std::unexpected(file.error());
    return facts_of(*file);
  };
  auto scenario = parse_scenario(input);
  if (scenario) {
    const auto broken = profiles().broken.find(scenario->profile);
    if (broken != profiles().broken.end()) return fail(ExitCode::usage, broken->second);
    return std::move(*scenario);
  }
  return std::unexpected(all_of(scenario.error()));
}

std::string scenario_name(const std::string& file) {
  const fs::path path(file);
  return path.parent_path().filename().string() + "/" + path.stem().string();
}

std::vector<std::string> suite_files(const Places& places) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(places.root + "/scenarios/suites", ignored))
    if (file.path().extension() == ".yaml") files.push_back(file.path().string());
  std::ranges::sort(files);
  return files;
}

bool names_suite(const Places& places, const std::string& name_or_path) {
  const std::string scenario = find_scenario(places, name_or_path);
  if (const auto text = given_text(scenario)) return is_suite(*text);
  return std::ranges::any_of(suite_files(places), [&](const std::string& file) {
    return fs::path(file).stem() == name_or_path;
  });
}

Result<Suite> load_suite(const Places& places, const std::string& name_or_path) {
  SuiteInput input{name_or_path, "", {}, is_pipe(name_or_path)};
  std::error_code ignored;
  std::vector<std::string> known;
  for (const auto& file : suite_files(places)) {
    known.push_back(fs::path(file).stem().string());
    if (known.back() == name_or_path && !fs::is_regular_file(name_or_path, ignored))
      input.path = file;
  }
  auto text = given_text(input.path);
  if (!text)
    return fail(ExitCode::usage,
                fmt::format("no suite `{}`{}", name_or_path,
                            did_you_mean(name_or_path, known,
                                         "`./rehearse list suites` names those there are")));
  input.text = std::move(*text);
  for (const auto& file : scenario_files(places)) input.scenarios.push_back(scenario_name(file));
  auto suite = parse_suite(input);
  if (suite) return std::move(*suite);
  return std::unexpected(all_of(suite.error()));
}

bool interrupted() {
  static const bool installed = [] {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    struct sigaction before {};  // of a terminal that goes; `nohup` has its reasons to ignore it
    sigaction(SIGHUP, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  return installed && interrupt_flag;
}

}  // namespace rehearse
