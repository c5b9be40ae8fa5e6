// The registry of checks and how they are run: none may pass without having examined something.
#include "checks/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <ranges>

#include "checks/examination.hpp"
#include "checks/exercise.hpp"
#include "checks/joined.hpp"

namespace rehearse {

#define CHECK(name, needs, question) Finding examine_##name(const Joined& joined);
#include "checks/checks.def"
#undef CHECK

namespace {

constexpr auto registry = std::to_array<CheckSpec>({
#define CHECK(name, needs, question) {#name, question, needs, &examine_##name},
#include "checks/checks.def"
#undef CHECK
});

Finding plain(std::string_view check, Verdict verdict, std::string summary) {
  Finding finding;
  finding.check = check;
  finding.verdict = verdict;
  finding.summary = std::move(summary);
  return finding;
}

Finding examine_one(const CheckSpec& spec, const Joined& joined, bool by_name) {
  if (const std::string missing = missing_capabilities(spec, joined.run.capabilities);
      !missing.empty()) {
    return plain(spec.name, by_name ? Verdict::inconclusive : Verdict::not_applicable,
                 fmt::format("{}: {}",
                             joined.run.left_out.empty() ? "the stack does not declare"
                                                         : "the parts that were raised do not give",
                             missing));
  }
  try {
    Finding finding = spec.examine(joined);
    finding.check = spec.name;
    if (finding.verdict != Verdict::inconclusive || finding.summary != nothing_to_examine)
      return finding;
    const std::string never = never_exercised(spec.name, kinds_played_in(joined.run));
    return never.empty() ? finding : plain(spec.name, Verdict::not_applicable, never);
  } catch (const std::exception& error) {
    return plain(spec.name, Verdict::inconclusive,
                 fmt::format("the check broke: {}", error.what()));
  }
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names = {"pass", "fail", "inconclusive",
                                                     "not_applicable"};
  return names.at(static_cast<size_t>(verdict));
}

std::string missing_capabilities(const CheckSpec& spec, const std::set<std::string>& capabilities) {
  std::string missing;
  for (const auto word : std::views::split(spec.needs, ' ')) {
    const std::string name(word.begin(), word.end());
    if (name.empty() || capabilities.contains(name)) continue;
    missing += (missing.empty() ? "" : ", ") + name;
  }
  return missing;
}

std::span<const CheckSpec> all_checks() {
  return registry;
}

std::vector<Finding> examine_all(const Run& run) {
  return examine_all(Joined(run));
}

std::vector<Finding> examine_all(const Joined& joined) {
  const Run& run = joined.run;
  std::vector<Finding> findings;
  for (const CheckSpec& spec : registry) {
    const bool by_name = std::ranges::find(run.checks, spec.name) != run.checks.end();
    if (run.checks.empty() || by_name) findings.push_back(examine_one(spec, joined, by_name));
  }
  for (const std::string& name : run.checks) {
    if (std::ranges::find(registry, name, &CheckSpec::name) != registry.end()) continue;
    findings.push_back(plain(name, Verdict::inconclusive, "there is no such check"));
  }
  return findings;
}

Finding without_books(std::string_view check, std::string_view tables) {
  return plain(check, Verdict::inconclusive, fmt::format("the books lack {}", tables));
}

}  // namespace rehearse
