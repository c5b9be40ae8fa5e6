// The runbooks of scenarios/runbooks and the people of scenarios/people.yaml, read when a scenario
// names one.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.hpp"
#include "cli/cli.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr size_t people_bytes_max = 1 << 20;

std::vector<std::string> files_in(const std::string& folder, const char* ending) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(folder, ignored))
    if (file.path().extension() == ending) files.push_back(file.path().string());
  std::ranges::sort(files);
  return files;
}

// Where a machine signs for people, it must be able to.
Status require_test_keys(const TimelineEntry& entry, const Runbook& runbook, const People& people) {
  const auto wanted = entry.params.find("test_keys");
  if (wanted == entry.params.end() || !std::get<bool>(wanted->second)) return {};
  for (const RunbookStep& step : runbook.steps) {
    const auto able = std::ranges::count_if(people.all, [&](const Person& person) {
      return !person.test_secret.empty() && person.has(step.approval.role) &&
             person.name != step.executor;
    });
    if (able < step.approval.count)
      return fail(ExitCode::usage,
                  fmt::format("{}: {} of the runbook {} needs {} approvals by {}, and people.yaml "
                              "has {} test keys that could",
                              entry.id, step.id, runbook.name, step.approval.count,
                              step.approval.role, able));
  }
  return {};
}

Status take_message(const Places& places, const StepAction& action, Runbooks& runbooks) {
  const auto name = action.params.find("template");
  if (name == action.params.end()) return {};
  auto message =
      load_message(fmt::format("{}/scenarios/messages/{}.md", places.root, name->second));
  if (!message) return std::unexpected(message.error());
  runbooks.messages[name->second] = std::move(*message);
  return {};
}

}  // namespace

std::vector<std::string> runbook_files(const Places& places) {
  return files_in(places.root + "/scenarios/runbooks", ".yaml");
}

std::vector<std::string> message_files(const Places& places) {
  return files_in(places.root + "/scenarios/messages", ".md");
}

Result<People> load_people(const Places& places) {
  const std::string path = places.root + "/scenarios/people.yaml";
  const auto text = read_file(path, people_bytes_max);
  if (!text) return fail(ExitCode::usage, text.error().message);
  auto people = parse_people(path, *text);
  if (!people) return std::unexpected(all_of(people.error()));
  return std::move(*people);
}

Result<Message> load_message(const std::string& path) {
  const auto text = given_text(path);
  if (!text) return fail(ExitCode::usage, text.error().message);
  auto message = parse_message(path, *text);
  if (!message) return std::unexpected(all_of(message.error()));
  return std::move(*message);
}

Result<Runbook> load_runbook(const Places& places, const std::string& path, const People& people) {
  const auto text = given_text(path);
  if (!text) return fail(ExitCode::usage, text.error().message);
  RunbookInput input{path, *text, &people};
  for (const auto& file : message_files(places))
    input.messages.push_back(fs::path(file).stem().string());
  auto runbook = parse_runbook(input);
  if (!runbook) return std::unexpected(all_of(runbook.error()));
  return std::move(*runbook);
}

Result<Runbooks> load_runbooks(const Places& places, const Scenario& scenario) {
  Runbooks runbooks;
  for (const TimelineEntry& entry : scenario.timeline) {
    if (entry.fault != runbook_fault) continue;
    if (runbooks.people.all.empty()) {
      auto people = load_people(places);
      if (!people) return std::unexpected(people.error());
      runbooks.people = std::move(*people);
    }
    const auto& name = std::get<std::string>(entry.params.at("runbook"));
    auto runbook = load_runbook(
        places, fmt::format("{}/scenarios/runbooks/{}.yaml", places.root, name), runbooks.people);
    if (!runbook) return std::unexpected(runbook.error());
    for (const RunbookStep& step : runbook->steps)
      for (const StepAction& action : {step.action, step.undo})
        if (auto taken = take_message(places, action, runbooks); !taken)
          return std::unexpected(taken.error());
    if (auto able = require_test_keys(entry, *runbook, runbooks.people); !able)
      return std::unexpected(able.error());
    runbooks.by_name[name] = std::move(*runbook);
  }
  return runbooks;
}

}  // namespace rehearse
