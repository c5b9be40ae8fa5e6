// One file per verb, one line in verbs.def.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "engine/rehearsal.hpp"
#include "scenario/scenario.hpp"
#include "scenario/suite.hpp"

namespace rehearse {

// What all verbs share.
struct Cli {
  bool quiet = false;
  Places places;
  ExitCode exit = ExitCode::expected;
};

#define VERB(name, summary) void add_##name(Arguments& verb, Cli& cli);
#include "cli/verbs.def"
#undef VERB

// Reads the arguments and carries out the verb they name; returns the exit code.
int run_command_line(int argc, char** argv);

// Prints `rehearse: message` on standard error.
ExitCode complain(const Error& error);

// Standard output to its end: what was not written there (a full disk) is an error, so that nobody
// takes half a report for a whole one. A reader who has gone has seen enough, which is none.
ExitCode flush_output();

// What a file that was named by the user holds, read once where it can be read once only (a pipe,
// /dev/stdin).
Result<std::string> given_text(const std::string& path);

// Every one of them, a line each (usage).
Error all_of(const std::vector<Diagnostic>& diagnostics);

Places find_places();
// Of scenarios/profiles.
struct Profiles;
const Profiles& profiles();
// The fault, check and load names of the program itself, as validation wants them.
const Catalogue& catalogue();
// "core,games" → its names.
std::vector<std::string> names_in(const std::string& list);
std::string stack_path(const Places& places, const std::string& name);
// A stack by the name that `list stacks` prints, with every part that it has; and with these parts,
// or all that need no request. Errors (usage): with the nearest name; a part that it has not, or
// that needs another one.
Result<StackFile> whole_stack(const Places& places, const std::string& name);
Result<StackFile> load_stack(const Places& places, const std::string& name,
                             const std::vector<std::string>& parts = {});

// A scenario by path or by the name that `list scenarios` prints. Prints every diagnostic.
Result<Scenario> load_scenario(const Places& places, const std::string& name_or_path,
                               const std::vector<std::string>& overrides);
// The runbooks of scenarios/runbooks that it names, and the people of scenarios/people.yaml. Errors
// (usage): every diagnostic of them.
Result<Runbooks> load_runbooks(const Places& places, const Scenario& scenario);
Result<Runbook> load_runbook(const Places& places, const std::string& path, const People& people);
Result<Message> load_message(const std::string& path);
std::vector<std::string> message_files(const Places& places);
Result<People> load_people(const Places& places);
std::vector<std::string> runbook_files(const Places& places);
std::vector<std::string> scenario_files(const Places& places);

// "…/scenarios/ci/zone-loss.yaml" → "ci/zone-loss".
std::string scenario_name(const std::string& file);

// A suite by path or by the name that `list suites` prints. Errors (usage): every diagnostic.
Result<Suite> load_suite(const Places& places, const std::string& name_or_path);
std::vector<std::string> suite_files(const Places& places);
// Whether that is a suite's file or name, and no scenario's.
bool names_suite(const Places& places, const std::string& name_or_path);

// True once SIGINT, SIGTERM or SIGHUP came; the handler is installed by the first call.
bool interrupted();

}  // namespace rehearse
