// rehearse explain NAME: one fault or check, with what it takes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "checks/check.hpp"
#include "cli/cli.hpp"
#include "faults/fault.hpp"

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

}  // namespace

void add_explain(Arguments& verb, Cli& cli) {
  auto name = std::make_shared<std::string>();
  verb.word("name", *name, "as `list` prints it", true);
  verb.action([name, &cli] {
    if (explain_fault(*name) || explain_check(*name)) return;
    std::vector<std::string> known;
    for (const auto& fault : all_faults()) known.push_back(fault.schema.name);
    for (const auto& check : all_checks()) known.emplace_back(check.name);
    const auto near = suggest(*name, known);
    cli.exit =
        complain({ExitCode::usage, fmt::format("no fault or check is called `{}`{}", *name,
                                               near ? "; did you mean `" + *near + "`?" : "")});
  });
}

}  // namespace rehearse
