// rehearse list WHAT: the catalogue, from the code itself.
#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "checks/check.hpp"
#include "cli/cli.hpp"
#include "cli/profiles.hpp"
#include "faults/fault.hpp"

namespace rehearse {
namespace {

void list_scenarios(const Places& places) {
  for (const auto& file : scenario_files(places)) {
    const auto scenario = load_scenario(places, file, {});
    fmt::print("{:<28}  {}\n", scenario_name(file),
               scenario ? scenario->title : "(invalid: `./rehearse validate` says why)");
  }
}

void list_stacks(const Places& places) {
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(places.root + "/fixtures/stacks", ignored))
    if (const auto stack = read_stack_file(entry.path().string())) {
      std::string parts;
      for (const auto& part : stack->parts) parts += (parts.empty() ? "" : ", ") + part.name;
      fmt::print("{:<28}  {}{}\n", stack->name, stack->title,
                 parts.empty() ? "" : " (parts: " + parts + ")");
    }
}

void list_suites(const Places& places) {
  for (const auto& file : suite_files(places)) {
    const auto suite = load_suite(places, file);
    const std::string name = std::filesystem::path(file).stem().string();
    fmt::print("{:<28}  {}\n", name,
               suite ? fmt::format("{} ({} scenarios)", suite->title, suite->scenarios.size())
                     : "(invalid: `./rehearse validate` says why)");
  }
}

void list_profiles() {
  for (const auto& [name, profile] : profiles().good) {
    fmt::print("{:<28}  {}\n", name, profile.title);
  }
  for (const auto& [name, why] : profiles().broken) {
    fmt::print("{:<28}  (invalid: `./rehearse validate` says why)\n", name);
  }
}

void list_runbooks(const Places& places) {
  const auto people = load_people(places);
  for (const auto& file : runbook_files(places)) {
    const auto runbook =
        people ? load_runbook(places, file, *people) : std::unexpected(people.error());
    fmt::print("{:<28}  {}\n", std::filesystem::path(file).stem().string(),
               runbook ? fmt::format("{} ({} steps)", runbook->title, runbook->steps.size())
                       : "(invalid: `./rehearse validate` says why)");
  }
}

}  // namespace

void add_list(Arguments& verb, Cli& cli) {
  auto what = std::make_shared<std::string>();
  verb.word("what", *what, "faults, checks, scenarios, stacks, suites, profiles or runbooks", true,
            {"faults", "checks", "scenarios", "stacks", "suites", "profiles", "runbooks"});
  verb.action([what, &cli] {
    if (*what == "faults")
      for (const auto& fault : all_faults())
        fmt::print("{:<28}  {}\n", fault.schema.name, fault.schema.summary);
    if (*what == "checks")
      for (const auto& check : all_checks()) fmt::print("{:<28}  {}\n", check.name, check.question);
    if (*what == "scenarios") list_scenarios(cli.places);
    if (*what == "stacks") list_stacks(cli.places);
    if (*what == "suites") list_suites(cli.places);
    if (*what == "profiles") list_profiles();
    if (*what == "runbooks") list_runbooks(cli.places);
  });
}

}  // namespace rehearse
