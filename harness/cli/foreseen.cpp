#include "cli/foreseen.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "checks/check.hpp"
#include "checks/exercise.hpp"
#include "checks/measures.hpp"
#include "engine/play.hpp"
#include "engine/run_facts.hpp"
#include "faults/fault.hpp"
#include "load/behaviour.hpp"
#include "runbook/disruption.hpp"

namespace rehearse {
namespace {

// The shortest and the longest that a stretch of the run may be.
struct Stretch {
  double from_ms = 0, to_ms_least = 0, to_ms_most = 0;  // on the run's clock
};

std::string about(double count) {
  return fmt::format("{:.0f}", std::floor(count + 0.5));
}

bool is_disruptive(const TimelineEntry& entry, const Runbooks& runbooks) {
  if (entry.fault == runbook_fault)
    return may_disrupt(runbooks.by_name.at(std::get<std::string>(entry.params.at("runbook"))));
  const FaultEntry* fault = find_fault(entry.fault);
  return fault != nullptr && fault->make()->disruptive();
}

class Foresight {
 public:
  Foresight(const Scenario& scenario, const StackFile& stack, const Runbooks& runbooks)
      : scenario_(scenario), stack_(stack), plan_(load_plan_of(scenario, target_names_of(stack))) {
    const auto kinds = kinds_of(plan_.profile);
    played_ = PlayedKinds(kinds.begin(), kinds.end());
    for (const TimelineEntry& entry : scenario.timeline) {
      if (is_disruptive(entry, runbooks)) disruptive_.push_back(&entry);
      last_end_ms_ = std::max(last_end_ms_, end_ms(entry));
    }
  }

  std::vector<Foreseen> all() {
    if (plan_.profile.weights_sum() <= 0) return {};  // refused where it is played
    for (const CheckSpec& check : all_checks())
      if (is_asked_for(check.name)) foresee_check(check);
    if (is_asked_for("slo"))
      for (const SloTarget& target : scenario_.targets.slo) foresee_slo(target);
    if (is_asked_for("rto"))
      for (const auto& [kind, target_ms] : scenario_.targets.rto_ms) foresee_rto(kind, target_ms);
    return std::move(found_);
  }

 private:
  // What lasts to the end of observation is healed once everything has recovered: at once, at best.
  static double end_ms(const TimelineEntry& entry) {
    const auto starts = entry.start_ms + entry.every_ms * (entry.times - 1);
    return static_cast<double>(starts + entry.for_ms.value_or(0));
  }

  bool is_asked_for(std::string_view check) const {
    return scenario_.checks.empty() ||
           std::ranges::find(scenario_.checks, check) != scenario_.checks.end();
  }

  void foresee_check(const CheckSpec& check) {
    const std::string missing = missing_capabilities(check, stack_.capabilities);
    std::string why = missing.empty() ? never_exercised(check.name, played_)
                                      : "what is raised of the stack does not give what they need";
    if (why.empty() && check.name == "rto" && disruptive_.empty())
      why = "no fault that players can feel";
    if (!why.empty()) found_.push_back({std::string(check.name), std::move(why)});
  }

  double expected(std::span<const OperationKind> kinds, double from_ms, double to_ms) const {
    const auto shift_ms = static_cast<double>(scenario_.steady_ms);  // the load begins before t = 0
    const auto by_kind = expected_arrivals(plan_, from_ms + shift_ms, to_ms + shift_ms);
    double sum = 0;
    for (const OperationKind kind : kinds)
      if (const auto found = by_kind.find(kind); found != by_kind.end()) sum += found->second;
    return sum;
  }

  double baseline_ms() const {
    return static_cast<double>(scenario_.steady_ms - warm_up_ms(scenario_));
  }

  std::optional<Stretch> stretch_of(std::string_view phase) const {
    const auto observe_ms = static_cast<double>(scenario_.observe_ms);
    const double calm_ms = std::min(observe_ms, last_end_ms_ + settle_after_heal_ms);
    if (phase == "before") return Stretch{-baseline_ms(), 0, 0};
    if (phase == "after") return Stretch{std::min(last_end_ms_, observe_ms), calm_ms, observe_ms};
    if (disruptive_.empty()) return std::nullopt;
    double from_ms = observe_ms;
    for (const TimelineEntry* entry : disruptive_)
      from_ms = std::min(from_ms, static_cast<double>(entry->start_ms));
    return Stretch{from_ms, std::max(from_ms, last_end_ms_), observe_ms};
  }

  void foresee_slo(const SloTarget& target) {
    const auto kinds = kinds_of_slo(target.name);
    const auto stretch = stretch_of(target.phase);
    const std::string what = fmt::format("slo {} {} the fault", target.name, target.phase);
    if (!stretch) return found_.push_back({what, "no fault that players can feel"});
    const double most = expected(kinds, stretch->from_ms, stretch->to_ms_most);
    const double least = expected(kinds, stretch->from_ms, stretch->to_ms_least);
    const auto shows = [&](double count) {
      return can_show(target.name, target.limit, std::llround(count));
    };
    if (shows(least)) return;
    const bool surely = !shows(most);
    found_.push_back(
        {what,
         fmt::format("it takes {} operations, and about {} come{}",
                     operations_needed(target.name, target.limit), about(surely ? most : least),
                     surely ? "" : " if the length is the least that it may be"),
         surely});
  }

  void foresee_rto(const std::string& name, int64_t target_ms) {
    const auto kind = operation_kind_of(name);
    if (!kind) return;
    const double steady = expected({&*kind, 1}, -baseline_ms(), 0);
    for (const TimelineEntry* entry : disruptive_) {
      const auto start_ms = static_cast<double>(entry->start_ms);
      const auto seldom = [&](double attempts, double until_ms) {
        return is_tried_too_seldom(attempts, baseline_ms(), until_ms - start_ms,
                                   static_cast<double>(target_ms));
      };
      const auto stretch = stretch_of("after");
      const bool surely = seldom(steady, stretch->to_ms_most);
      if (!surely && !seldom(steady, stretch->to_ms_least)) continue;
      found_.push_back(
          {fmt::format("rto of {} after {}", name, entry->id),
           fmt::format("about {} in the steady phase are too few to tell{}", about(steady),
                       surely ? "" : " if the length is the least that it may be"),
           surely});
    }
  }

  const Scenario& scenario_;
  const StackFile& stack_;
  const LoadPlan plan_;
  PlayedKinds played_;
  std::vector<const TimelineEntry*> disruptive_;
  double last_end_ms_ = 0;
  std::vector<Foreseen> found_;
};

}  // namespace

std::vector<Foreseen> foresee(const Scenario& scenario, const StackFile& stack,
                              const Runbooks& runbooks) {
  return Foresight(scenario, stack, runbooks).all();
}

std::vector<std::string> foreseen_lines(const std::vector<Foreseen>& foreseen) {
  std::map<std::pair<bool, std::string>, std::vector<std::string>> by_reason;
  for (const Foreseen& one : foreseen) by_reason[{!one.surely, one.why}].push_back(one.what);
  std::vector<std::string> lines;
  for (const auto& [reason, what] : by_reason)
    lines.push_back(fmt::format("{}: {} ({})", reason.first ? "perhaps not shown" : "not shown",
                                fmt::join(what, ", "), reason.second));
  return lines;
}

}  // namespace rehearse
