// A scenario as a plain value, and how a YAML file becomes one. The only user of yaml-cpp for
// scenarios; every key must be consumed, and every mistake is named with its line and column.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "record/targets.hpp"

namespace rehearse {

// What a fault is aimed at: names as written, or a selector resolved at injection.
struct Target {
  std::vector<std::string> names;  // "az-1", or several
  std::string of;                  // {of: postgres.primary}
  int any = 0;                     // {any: 1}: that many, drawn from the seed
};

// Two sides of a border, each a target of its own.
using Sides = std::vector<Target>;

enum class ParamType {
  target_zone,
  target_node,
  target_place,  // a zone or a node
  target_region,
  target_sides,  // a list of two places
  target_provider,
  duration,
  share,
  count,
  rate,
  flag,
  text,
};

// What a fault accepts besides `at`, `after`, `for`, `every`, `times`, `id`.
struct ParamSchema {
  std::string name;
  ParamType type = ParamType::text;
  bool required = false;
  std::vector<std::string> choices;  // for text: empty = anything; for a provider: kinds of party
  int64_t min = 0, max = 0;          // for count, and duration in ms; both 0 = anything
};
// Whether a fault takes `for`, and what it does without.
enum class Length {
  once,     // takes none: it happens at once
  lasting,  // without it: to the end of observation
  either,   // without it: happens at once
};
struct FaultSchema {
  std::string name;
  std::string summary;  // one line: what breaks
  Length length = Length::lasting;
  std::vector<ParamSchema> params;
  bool single = false;  // a run has room for one
};

// A runbook in the place of a fault: `{at: 5s, runbook: NAME}`, with `test_keys: true` where a
// machine signs for people. Its names are those of scenarios/runbooks.
constexpr const char* runbook_fault = "runbook";
inline FaultSchema runbook_schema(std::vector<std::string> names) {
  return {runbook_fault,
          "People's steps, timed",
          Length::once,
          {{"runbook", ParamType::text, true, std::move(names)},
           {"test_keys", ParamType::flag, false, {}}}};
}

// A load profile as its file has it (profile.hpp reads it): names and shares.
using NamedShares = std::vector<std::pair<std::string, double>>;
struct ProfileStep {
  int64_t for_ms = 0;
  double share = 0;  // of the scenario's rate
  bool ramp = false;
};
struct ProfileFile {
  std::string name, title;
  NamedShares arrivals;    // behaviour → weight
  NamedShares follow_ups;  // win, rollback: of bets; cancel: of payouts
  int64_t settle_after_ms = 0;
  double resent_share = 0;
  NamedShares deposit_methods, payout_methods, networks;
  std::vector<ProfileStep> steps;
};

// What validation needs to know of the world, as data.
struct Catalogue {
  std::vector<FaultSchema> faults;
  FaultSchema runbook = runbook_schema({});
  std::map<std::string, std::string> checks;  // name → capabilities it needs, space-separated
  std::vector<std::string> live_checks;       // that stop_when may name as CHECK.live
  std::vector<std::string> profiles;          // load profiles
  std::map<std::string, ProfileFile> profile_files;
  // Of each profile, the kinds of operations that it plays, each with the target that it needs
  // (empty: none beyond the edges). A profile that is not here is not looked into.
  std::map<std::string, std::map<std::string, std::string>> played;
  std::vector<std::string> operations;  // kinds that targets.rto may name
  std::vector<std::string> stores;      // that targets.rpo may name
};
// A named share of a stack, which a scenario may leave out.
struct PartFacts {
  std::string name;
  std::vector<std::string> needs;  // other parts
  bool on_request = false;         // only where it is named or needed
};
// Of the stack that a scenario names.
struct StackFacts {
  std::string name;
  std::vector<std::string> zones, nodes, regions;
  std::map<std::string, std::vector<std::string>> parties;  // outside parties by their kind
  std::vector<std::string> selectors;                       // postgres.primary, …
  std::set<std::string> capabilities;
  std::map<std::string, std::vector<std::string>> settings;  // key → allowed values (empty = any)
  // The setting that says how many players have an account, and what it is unless set; or empty.
  std::string players_setting, players_default;
  std::set<std::string> targets;   // what players can go to besides the edges
  std::vector<PartFacts> parts;    // none: it is one piece
  std::string base;                // the part that players come in by
  std::set<std::string> left_out;  // parts whose names are not above
  // "node kyt-a", "zone …", "component …", "capability …", "fault …", "secret …", "target …"
  std::map<std::string, std::string> part_of;
};

using ParamValue = std::variant<Target, int64_t /*ms or count*/, double, bool, std::string, Sides>;

struct TimelineEntry {
  std::string id;
  std::string fault;                   // or runbook_fault
  int64_t at_ms = 0;                   // from the end of steady (when `after` is empty)
  std::string after_id, after_event;   // {after: az.effective}
  int64_t plus_ms = 0, within_ms = 0;  // within: the observation's length unless given
  int64_t every_ms = 0;
  int times = 1;
  std::optional<int64_t> for_ms;  // none = at once or to the end of observation, by its Length
  int64_t start_ms =
      0;  // of the first time, as planned: followed through `after`, if all is prompt
  std::map<std::string, ParamValue> params;
  int line = 0;  // in the file; 0 = from an override
};

struct ScenarioLoadStep {
  int64_t for_ms = 0;
  double rate_per_s = 0;
  bool ramp = false;
};

// `rate: auto`: the warm-up finds the rate at which so much of the processors stays idle.
struct AutoRate {
  uint32_t idle_percent = 30;
  double min_per_s = 5, max_per_s = 150;
};

struct StopCondition {
  std::string check;  // "ledger_balanced.live", or
  std::string slo;    // {slo: wallet_p95, above: 5s, for: 20s}
  double above = 0;
  int64_t for_ms = 0;
};

struct Scenario {
  std::string name, title, tier, stack;
  uint64_t seed = 1;
  std::map<std::string, std::string> stack_set;
  std::vector<std::string> parts;  // of the stack, in its order; empty: it has none
  std::string profile;
  ProfileFile play;  // what the catalogue has under that name
  uint32_t players = 0;
  std::vector<ScenarioLoadStep> steps;  // one endless step for a plain rate (for_ms = 0)
  std::optional<AutoRate> auto_rate;    // `steps` then has its most
  int64_t steady_ms = 0, observe_ms = 0, drain_ms = 0;
  std::vector<TimelineEntry> timeline;
  std::vector<StopCondition> stop_when;
  Targets targets;
  std::vector<std::string> checks;       // empty = all
  std::vector<std::string> expect_fail;  // empty = pass
  std::string as_run_yaml;               // with every default, what a run's folder keeps
};

// The same with a rate of arrivals that was found for its `auto`, or with another seed, as a run's
// folder keeps it: played again, it has the same arrivals. `faults`: those that it was read with.
Scenario with_rate(Scenario scenario, double rate_per_s, const std::vector<FaultSchema>& faults);
Scenario with_seed(Scenario scenario, uint64_t seed, const std::vector<FaultSchema>& faults);

struct Diagnostic {
  std::string file;
  int line = 0, column = 0;  // from 1, columns in bytes; 0 = the whole file. In an override (file
                             // "--set"): which of them, and the byte within KEY=VALUE
  std::string message;       // with a suggestion where one is near
};
// "file:line:column: message"
std::string to_string(const Diagnostic& diagnostic);

// How the world is asked about a stack by name. Error = no such stack (message with suggestions).
using StackLookup = std::function<Result<StackFacts>(const std::string& name)>;

struct ParseInput {
  std::string path;  // for messages, and file name = scenario name (or scenario.yaml, as
                     // a run's folder keeps it)
  std::string text;
  bool any_name = false;  // it came through a pipe: there is no file name to be like
  std::string targets_path, targets_text;  // scenarios/targets.yaml: the default targets
  std::vector<std::string> overrides;      // --set KEY=VALUE, dotted, in order
  const Catalogue* catalogue = nullptr;
  StackLookup stack;
};

// Everything that is wrong, not just the first thing: ordered by file (scenario, targets, --set),
// then position. Never throws. `catalogue` and `stack` must be set.
std::expected<Scenario, std::vector<Diagnostic>> parse_scenario(const ParseInput& input);

// The nearest of `known` to `word` by edit distance, if near enough to be meant.
std::optional<std::string> suggest(const std::string& word, const std::vector<std::string>& known);
// What follows a word that is not known: ", did you mean `near`?", or "; otherwise".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known,
                         const std::string& otherwise);

}  // namespace rehearse
