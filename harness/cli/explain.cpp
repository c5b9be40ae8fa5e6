// rehearse explain NAME: one fault or check with what it takes; one scenario with every default,
// one suite with its scenarios, one stack with what can be named in it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>

#include "base/units.hpp"
#include "checks/check.hpp"
#include "cli/cli.hpp"
#include "cli/profiles.hpp"
#include "faults/fault.hpp"
#include "load/behaviour.hpp"
#include "stack/facts.hpp"

namespace rehearse {
namespace {

const char* type_name(ParamType type) {
  switch (type) {
    case ParamType::target_zone:
      return "zone: a name, a list, {of: ROLE} or {any: N}";
    case ParamType::target_node:
      return "node: a name, a list, {of: ROLE} or {any: N}";
    case ParamType::target_place:
      return "zone or node: a name, a list or {of: ROLE}";
    case ParamType::target_region:
      return "region: a name or {of: ROLE}";
    case ParamType::target_sides:
      return "[A, B]: each a zone, a node, a list of them or {of: ROLE}";
    case ParamType::target_provider:
      return "provider: a name, a list or {any: N}";
    case ParamType::duration:
      return "duration, e.g. 250ms";
    case ParamType::share:
      return "share, e.g. 50%";
    case ParamType::count:
      return "count";
    case ParamType::rate:
      return "rate, e.g. 100/s";
    case ParamType::flag:
      return "true or false";
    case ParamType::text:
      return "text";
  }
  return "";
}

std::string values_of(const ParamSchema& param) {
  if (!param.choices.empty()) return fmt::format(": {}", fmt::join(param.choices, ", "));
  if (param.min == 0 && param.max == 0) return "";
  const char* unit = param.type == ParamType::duration ? "ms" : "";
  return fmt::format(", from {}{} to {}{}", param.min, unit, param.max, unit);
}

bool explain_fault(const std::string& name) {
  const auto* fault = find_fault(name);
  if (!fault) return false;
  fmt::print("fault {}\n  {}\n", name, fault->schema.summary);
  for (const auto& param : fault->schema.params)
    fmt::print("  {}{}  {}{}\n", param.name, param.required ? " (required)" : "",
               type_name(param.type), values_of(param));
  if (fault->schema.length != Length::once)
    fmt::print("  for  how long; without it: {}\n",
               fault->schema.length == Length::lasting ? "to the end of observation" : "at once");
  return true;
}

bool explain_check(const std::string& name) {
  for (const auto& check : all_checks())
    if (check.name == name) {
      fmt::print("check {}\n  {}\n", name, check.question);
      if (!check.needs.empty()) fmt::print("  needs of the stack: {}\n", check.needs);
      return true;
    }
  return false;
}

bool explain_stack(const Places& places, const std::string& name) {
  const auto stack = whole_stack(places, name);
  if (!stack) return false;
  const StackFacts facts = facts_of(*stack);
  fmt::print("stack {}\n  {}\n", name, stack->title);
  fmt::print("  zones: {}\n  nodes: {}\n", fmt::join(facts.zones, ", "),
             fmt::join(facts.nodes, ", "));
  for (const auto& [kind, names] : facts.parties)
    fmt::print("  outside, {}: {}\n", kind, fmt::join(names, ", "));
  for (const PartEntry& part : stack->parts) {
    fmt::print("  part {:<12} {}\n", part.name, part.title);
    if (!part.needs.empty()) fmt::print("    needs: {}\n", fmt::join(part.needs, ", "));
    if (!part.gives.empty()) fmt::print("    gives: {}\n", fmt::join(part.gives, ", "));
    if (!part.faults.empty()) fmt::print("    faults: {}\n", fmt::join(part.faults, ", "));
    if (!part.without.empty()) fmt::print("    without it: {}\n", part.without);
  }
  fmt::print("  selectors: {}\n", fmt::join(facts.selectors, ", "));
  fmt::print("  capabilities: {}\n  settings:\n", fmt::join(facts.capabilities, ", "));
  for (const auto& [setting, values] : facts.settings)
    fmt::print("    {}: {} (default {})\n", setting,
               values.empty() ? "any" : fmt::format("{}", fmt::join(values, ", ")),
               stack->settings.at(setting).fallback);
  return true;
}

void print_shares(std::string_view what, const NamedShares& shares) {
  if (shares.empty()) return;
  std::string text;
  for (const auto& [name, share] : shares)
    text += fmt::format("{}{} {:g}%", text.empty() ? "" : ", ", name, 100 * share);
  fmt::print("  {}: {}\n", what, text);
}

bool explain_profile(const std::string& name) {
  const auto found = profiles().good.find(name);
  if (found == profiles().good.end()) return false;
  const ProfileFile& profile = found->second;
  fmt::print("profile {}\n  {}\n  arrivals, by weight:\n", name, profile.title);
  for (const auto& [kind, share] : profile.arrivals) {
    const Behaviour* behaviour = behaviour_of(*operation_kind_of(kind));
    fmt::print("    {:<12} {:>6.3g}%  {} (to: {})\n", kind, 100 * share, behaviour->summary,
               behaviour->target);
  }
  print_shares("followed by", profile.follow_ups);
  print_shares("deposits by", profile.deposit_methods);
  print_shares("payouts by", profile.payout_methods);
  print_shares("stablecoins over", profile.networks);
  fmt::print("  sent once more under the same key: {:g}%\n", 100 * profile.resent_share);
  for (const ProfileStep& step : profile.steps)
    fmt::print("  for {:<8} {:>6.3g}% of the rate{}\n", format_ms(double(step.for_ms)),
               100 * step.share, step.ramp ? ", reached at its end" : "");
  return true;
}

// By name only: a broken one is the business of `validate`.
bool explain_file(const Places& places, const std::string& name, ExitCode& exit) {
  for (const auto& file : suite_files(places))
    if (std::filesystem::path(file).stem() == name)
      if (const auto suite = load_suite(places, name)) {
        fmt::print("suite {}\n  {}\n", name, suite->title);
        for (const auto& scenario : suite->scenarios) fmt::print("  {}\n", scenario);
        return true;
      }
  for (const auto& file : scenario_files(places)) {
    if (scenario_name(file) != name && std::filesystem::path(file).stem() != name) continue;
    if (const auto scenario = load_scenario(places, file, {}))
      fmt::print("{}", scenario->as_run_yaml);
    else
      exit = complain(scenario.error());
    return true;
  }
  return false;
}

std::vector<std::string> all_names(const Places& places) {
  std::vector<std::string> names;
  for (const auto& fault : all_faults()) names.push_back(fault.schema.name);
  for (const auto& check : all_checks()) names.emplace_back(check.name);
  for (const auto& [profile, file] : profiles().good) names.push_back(profile);
  for (const auto& file : scenario_files(places)) {
    names.push_back(std::filesystem::path(file).stem().string());
    names.push_back(scenario_name(file));
  }
  for (const auto& file : suite_files(places))
    names.push_back(std::filesystem::path(file).stem().string());
  return names;
}

}  // namespace

void add_explain(Arguments& verb, Cli& cli) {
  auto name = std::make_shared<std::string>();
  verb.word("name", *name, "as `list` prints it", true);
  verb.action([name, &cli] {
    if (explain_fault(*name) || explain_check(*name) || explain_profile(*name)) return;
    if (explain_stack(cli.places, *name) || explain_file(cli.places, *name, cli.exit)) return;
    cli.exit =
        complain({ExitCode::usage,
                  fmt::format("nothing is called `{}`{}", *name,
                              did_you_mean(*name, all_names(cli.places),
                                           "`./rehearse list faults` and its like name all"))});
  });
}

}  // namespace rehearse
