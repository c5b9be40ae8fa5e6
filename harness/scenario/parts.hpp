// The parts of a scenario, each read by a file of its own, and what they share.
#pragma once

#include <string>
#include <vector>

#include "scenario/reader.hpp"
#include "scenario/scenario.hpp"

namespace rehearse::yaml {

// What names are checked against. Without a stack (it is unknown itself) its names are not checked.
struct World {
  const Catalogue& catalogue;
  const StackFacts* stack = nullptr;
};

// An entry while it is read: with the places of what the rules between entries complain about.
struct EntryDraft {
  TimelineEntry entry;
  const FaultSchema* schema = nullptr;  // null = unknown fault
  Where at;                             // of the entry
  Where start_at, for_at, id_at;        // of its `at` or `after`, `for`, `id`
  bool start_known = false;             // `at` or `after` was given and could be read
};

// phases.observe, and where it stands (the whole file where it is defaulted).
struct Observe {
  int64_t ms = 0;
  Where at;
};

// timeline.cpp: the entries by themselves. timeline_rules.cpp: default ids, then what holds
// between entries (ids, after, times, knobs).
std::vector<EntryDraft> read_timeline(const Node& node, const World& world, Problems& problems);
void apply_timeline_rules(std::vector<EntryDraft>& drafts, const Observe& observe,
                          Problems& problems);

// fault_params.cpp
void read_fault_params(MapReader& map, const FaultSchema& schema, const World& world,
                       TimelineEntry& entry, Problems& problems);

// targets.cpp: what `node` says is merged over what `targets` already has.
void read_targets(const Node& node, const World& world, Targets& targets, Problems& problems);
// The limit of an SLO by its name: milliseconds, or a share. Unknown names are problems.
bool is_known_slo(const std::string& name, const World& world);
std::optional<double> read_slo_limit(const std::string& name, const Node& node, Problems& problems);
std::vector<std::string> slo_names(const World& world);
// Those that can be judged while load is on, from the attempts of the last seconds.
bool is_live_slo(const std::string& name);

// part_choice.cpp: `parts`, and what it is where it is not given. Both leave in `stack` what is of
// these parts.
void read_part_choice(const Node& node, StackFacts* stack, Scenario& scenario, Problems& problems);
void default_parts(StackFacts& stack, const Catalogue& catalogue, Scenario& scenario);
// The part of a name that is known and was left out, or nothing; and the problem that this is.
std::string left_out_part(const StackFacts* stack, std::string_view kind, const std::string& name);
std::string of_left_out(std::string_view what, const std::string& name, const std::string& part);

// selection.cpp: checks, expect and stop_when.
void read_checks(const Node& node, const World& world, Scenario& scenario, Problems& problems);
void read_expect(const Node* node, Where tier_at, const World& world, Scenario& scenario,
                 Problems& problems);
void read_stop_when(const Node& node, const World& world, Scenario& scenario, Problems& problems);

// load.cpp
void read_load(const Node* node, const World& world, Scenario& scenario, Problems& problems);

// print.cpp: a duration as a scenario would say it (exact), and the scenario with every default,
// as YAML that parses to it again.
std::string duration(int64_t ms);
std::string print_scenario(const Scenario& scenario, const std::vector<FaultSchema>& faults);

}  // namespace rehearse::yaml
