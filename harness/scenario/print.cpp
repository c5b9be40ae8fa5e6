// The scenario as run: every default written out, and exactly what parses to the same value.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/units.hpp"
#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

using Writer = std::back_insert_iterator<std::string>;

// Plain where no reader of YAML can take it for anything but text, else in double quotes.
std::string text(const std::string& value) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto inner = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  constexpr std::array<std::string_view, 10> typed = {"true", "false", "null", "yes", "no",
                                                      "on",   "off",   "y",    "n",   "nan"};
  std::string lowered = value;
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool plain = !value.empty() && letter(value[0]) && std::ranges::all_of(value, inner) &&
                     std::ranges::find(typed, lowered) == typed.end();
  if (plain) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02X}", static_cast<unsigned>(byte));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string list(const std::vector<std::string>& values) {
  std::vector<std::string> texts;
  for (const std::string& value : values) texts.push_back(text(value));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string flow(const std::vector<std::string>& fields) {
  return fmt::format("{{{}}}", fmt::join(fields, ", "));
}

// The shortest decimal that parses to the same double again.
template <typename Parse>
std::string decimal(double number, double value, std::string_view unit, Parse parse) {
  constexpr int digits_max = 18;
  std::string shortest;
  for (int digits = 0; digits <= digits_max; ++digits) {
    shortest = fmt::format("{:.{}f}{}", number, digits, unit);
    const Result<double> again = parse(shortest);
    if (again && *again == value) break;
  }
  return shortest;
}
std::string rate(double per_s) {
  return decimal(per_s, per_s, "/s", parse_rate_per_s);
}
std::string share(double value) {
  return decimal(value * 100, value, "%", parse_share);
}

std::string slo_limit(const std::string& name, double limit) {
  const bool is_share = name.ends_with("_rejected") || name.ends_with("_failed") ||
                        name.ends_with("_unknown") || name.ends_with("_approved");
  return is_share ? share(limit) : duration(static_cast<int64_t>(limit));
}

std::string target(const Target& value) {
  if (!value.of.empty()) return "{of: " + text(value.of) + "}";
  if (value.any > 0) return fmt::format("{{any: {}}}", value.any);
  return value.names.size() == 1 ? text(value.names[0]) : list(value.names);
}

std::string param(const ParamValue& value, ParamType type) {
  switch (type) {
    case ParamType::duration:
      return duration(std::get<int64_t>(value));
    case ParamType::count:
      return fmt::format("{}", std::get<int64_t>(value));
    case ParamType::share:
      return share(std::get<double>(value));
    case ParamType::rate:
      return rate(std::get<double>(value));
    case ParamType::flag:
      return std::get<bool>(value) ? "true" : "false";
    case ParamType::text:
      return text(std::get<std::string>(value));
    case ParamType::target_sides: {
      std::vector<std::string> sides;
      for (const Target& side : std::get<Sides>(value)) sides.push_back(target(side));
      return fmt::format("[{}]", fmt::join(sides, ", "));
    }
    case ParamType::target_zone:
    case ParamType::target_node:
    case ParamType::target_place:
    case ParamType::target_region:
    case ParamType::target_provider:
      break;
  }
  return target(std::get<Target>(value));
}

std::string entry(const TimelineEntry& entry, const std::vector<FaultSchema>& faults) {
  std::vector<std::string> fields = {"id: " + text(entry.id)};
  if (entry.after_id.empty()) {
    fields.push_back("at: " + duration(entry.at_ms));
  } else {
    fields.push_back("after: " + text(entry.after_id + "." + entry.after_event));
    fields.push_back("plus: " + duration(entry.plus_ms));
    fields.push_back("within: " + duration(entry.within_ms));
  }
  if (entry.every_ms > 0) {
    fields.push_back("every: " + duration(entry.every_ms));
    fields.push_back(fmt::format("times: {}", entry.times));
  }
  const bool is_fault = entry.fault != runbook_fault;
  if (is_fault) fields.push_back("fault: " + text(entry.fault));
  const FaultSchema schema =
      is_fault ? *std::ranges::find(faults, entry.fault, &FaultSchema::name) : runbook_schema({});
  for (const ParamSchema& known : schema.params) {
    const auto value = entry.params.find(known.name);
    if (value == entry.params.end()) continue;
    fields.push_back(text(known.name) + ": " + param(value->second, known.type));
  }
  if (entry.for_ms) fields.push_back("for: " + duration(*entry.for_ms));
  return flow(fields);
}

std::string load(const Scenario& scenario) {
  std::vector<std::string> fields = {"profile: " + text(scenario.profile),
                                     fmt::format("players: {}", scenario.players)};
  if (const auto& found = scenario.auto_rate) {
    const std::string bounds =
        flow({fmt::format("idle_percent: {}", found->idle_percent),
              "min: " + rate(found->min_per_s), "max: " + rate(found->max_per_s)});
    fields.push_back("rate: " + flow({"auto: " + bounds}));
    return flow(fields);
  }
  if (scenario.steps.size() == 1 && scenario.steps[0].for_ms == 0) {
    fields.push_back("rate: " + rate(scenario.steps[0].rate_per_s));
    return flow(fields);
  }
  std::vector<std::string> steps;
  for (const ScenarioLoadStep& step : scenario.steps) {
    steps.push_back(flow({"for: " + duration(step.for_ms), "rate: " + rate(step.rate_per_s),
                          fmt::format("ramp: {}", step.ramp)}));
  }
  fields.push_back(fmt::format("steps: [{}]", fmt::join(steps, ", ")));
  return flow(fields);
}

std::string durations(const std::map<std::string, int64_t>& values) {
  std::vector<std::string> fields;
  for (const auto& [name, ms] : values) fields.push_back(text(name) + ": " + duration(ms));
  return flow(fields);
}

void print_targets(const Targets& targets, Writer out) {
  fmt::format_to(out, "targets:\n  rto: {}\n  rpo: {}\n", durations(targets.rto_ms),
                 durations(targets.rpo_ms));
  std::map<std::string, std::vector<std::string>> phases;
  for (const SloTarget& slo : targets.slo) {
    phases[slo.phase].push_back(slo.name + ": " + slo_limit(slo.name, slo.limit));
  }
  std::vector<std::string> fields;
  for (const auto& [phase, limits] : phases) fields.push_back(phase + ": " + flow(limits));
  fmt::format_to(out, "  slo: {}\n", flow(fields));
}

std::string stop(const StopCondition& condition) {
  if (!condition.check.empty()) return text(condition.check);
  std::vector<std::string> fields = {"slo: " + text(condition.slo),
                                     "above: " + slo_limit(condition.slo, condition.above)};
  if (condition.for_ms > 0) fields.push_back("for: " + duration(condition.for_ms));
  return flow(fields);
}

}  // namespace

std::string duration(int64_t ms) {
  constexpr std::array<std::pair<int64_t, std::string_view>, 3> units = {
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}}};
  for (const auto& [unit_ms, name] : units) {
    // People write 120s and 5m: a unit counts from five.
    if (ms % unit_ms == 0 && ms / unit_ms >= 5) return fmt::format("{}{}", ms / unit_ms, name);
  }
  return ms % 1'000 == 0 ? fmt::format("{}s", ms / 1'000) : fmt::format("{}ms", ms);
}

std::string print_scenario(const Scenario& scenario, const std::vector<FaultSchema>& faults) {
  std::string yaml;
  Writer out = std::back_inserter(yaml);
  fmt::format_to(out, "scenario: {}\ntitle: {}\ntier: {}\nseed: {}\nstack: {}\n",
                 text(scenario.name), text(scenario.title), scenario.tier, scenario.seed,
                 text(scenario.stack));
  std::vector<std::string> settings, stops;
  for (const auto& [key, value] : scenario.stack_set) {
    settings.push_back(text(key) + ": " + text(value));
  }
  if (!scenario.parts.empty()) fmt::format_to(out, "parts: {}\n", list(scenario.parts));
  fmt::format_to(out, "stack_set: {}\nload: {}\n", flow(settings), load(scenario));
  fmt::format_to(out, "phases: {{steady: {}, observe: {}, drain: {}}}\ntimeline:\n",
                 duration(scenario.steady_ms), duration(scenario.observe_ms),
                 duration(scenario.drain_ms));
  for (const TimelineEntry& item : scenario.timeline) {
    fmt::format_to(out, "  - {}\n", entry(item, faults));
  }
  for (const StopCondition& condition : scenario.stop_when) stops.push_back(stop(condition));
  fmt::format_to(out, "stop_when: [{}]\n", fmt::join(stops, ", "));
  print_targets(scenario.targets, out);
  fmt::format_to(out, "checks: {}\n", scenario.checks.empty() ? "all" : list(scenario.checks));
  fmt::format_to(
      out, "expect: {}\n",
      scenario.expect_fail.empty() ? "pass" : "{fail: " + list(scenario.expect_fail) + "}");
  return yaml;
}

}  // namespace rehearse::yaml

namespace rehearse {

Scenario with_rate(Scenario scenario, double rate_per_s, const std::vector<FaultSchema>& faults) {
  scenario.auto_rate.reset();
  scenario.steps = {{0, rate_per_s, false}};
  scenario.as_run_yaml = yaml::print_scenario(scenario, faults);
  return scenario;
}

Scenario with_seed(Scenario scenario, uint64_t seed, const std::vector<FaultSchema>& faults) {
  scenario.seed = seed;
  scenario.as_run_yaml = yaml::print_scenario(scenario, faults);
  return scenario;
}

}  // namespace rehearse
