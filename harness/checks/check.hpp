// A check is a pure function over a recorded run. It says what it examined, and shows witnesses.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/run.hpp"

namespace rehearse {

struct Joined;  // a run, joined for the checks: joined.hpp

enum class Verdict { pass, fail, inconclusive, not_applicable };
std::string_view name_of(Verdict verdict);

constexpr size_t witnesses_max = 10;

struct Finding {
  std::string check;
  Verdict verdict = Verdict::inconclusive;
  int64_t examined = 0;
  int64_t violations = 0;
  std::vector<std::string> witnesses;  // at most witnesses_max, each one line with ids
  std::string summary;                 // one line for a person
  std::string not_exercised = {};      // why a pass shows nothing: nothing was at stake
};

struct CheckSpec {
  std::string_view name;
  std::string_view question;  // one line: what it proves
  std::string_view needs;  // capabilities of the stack, space-separated; missing = not_applicable
  Finding (*examine)(const Joined&);
};

// The registry, in the order of the catalogue (checks.def).
std::span<const CheckSpec> all_checks();

// What the check needs and these are not, joined by commas; empty: nothing.
std::string missing_capabilities(const CheckSpec& spec, const std::set<std::string>& capabilities);

// How a check says that its books were there and had nothing for it.
constexpr std::string_view nothing_to_examine = "nothing to examine";

// Runs the checks that the run asks for. A check that throws, or that examined nothing although the
// load could have given it something (exercise.hpp), is inconclusive; a check named explicitly
// whose capability the stack lacks is inconclusive here too (validation refuses it before).
std::vector<Finding> examine_all(const Joined& joined);
std::vector<Finding> examine_all(const Run& run);

}  // namespace rehearse
