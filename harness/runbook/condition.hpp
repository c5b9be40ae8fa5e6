// What a step may ask of the platform before it begins, and afterwards as its proof.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "runbook/action.hpp"

namespace rehearse {

struct Condition {
  std::string name;
  std::string summary;
  // What is missing, in words; nullopt: it holds, by looks that began after `since_ns`.
  std::optional<std::string> (*missing)(const ActionContext& context, const StepCondition& asked,
                                        int64_t since_ns);
  std::vector<ActionParam> params = {};
};
std::span<const Condition> all_conditions();
const Condition* find_condition(const std::string& name);

}  // namespace rehearse
