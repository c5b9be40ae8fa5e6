#include "engine/play.hpp"

#include <algorithm>

#include "load/behaviour.hpp"

namespace rehearse {
namespace {

double share_of(const NamedShares& shares, std::string_view name) {
  for (const auto& [known, share] : shares) {
    if (known == name) return share;
  }
  return 0;
}

std::vector<MethodShare> methods_of(const NamedShares& shares) {
  std::vector<MethodShare> methods;
  for (const auto& [name, share] : shares) {
    if (const auto method = method_of(name)) methods.push_back({*method, share});
  }
  return methods;
}

}  // namespace

LoadProfile load_profile_of(const ProfileFile& file) {
  LoadProfile profile;
  profile.name = file.name;
  for (const auto& [name, share] : file.arrivals) {
    if (const auto kind = operation_kind_of(name)) profile.weight(*kind) = share;
  }
  profile.settle_after_ms = static_cast<double>(file.settle_after_ms);
  profile.win_share = share_of(file.follow_ups, "win");
  profile.rollback_share = share_of(file.follow_ups, "rollback");
  profile.cancel_share = share_of(file.follow_ups, "cancel");
  profile.resent_share = file.resent_share;
  profile.deposit_methods = methods_of(file.deposit_methods);
  profile.payout_methods = methods_of(file.payout_methods);
  for (const auto& [name, share] : file.networks) {
    if (const auto network = network_of(name)) profile.networks.push_back({*network, share});
  }
  for (const ProfileStep& step : file.steps) {
    profile.shape.push_back({step.for_ms, step.share, step.ramp});
  }
  return profile;
}

int64_t warm_up_ms(const Scenario& scenario) {
  constexpr int64_t warm_up_ms_max = 5'000;
  return std::min(warm_up_ms_max, scenario.steady_ms / 3);
}

LoadPlan load_plan_of(const Scenario& scenario, const std::vector<std::string>& targets) {
  LoadPlan plan;
  plan.profile = playable(load_profile_of(scenario.play), targets);
  for (const auto& step : scenario.steps)
    plan.steps.push_back({step.for_ms, step.rate_per_s, step.ramp});
  plan.players = scenario.players;
  plan.seed = scenario.seed;
  plan.length_ms_max = scenario.steady_ms + scenario.observe_ms;
  return plan;
}

std::map<std::string, std::string> kinds_played(const ProfileFile& file) {
  std::map<std::string, std::string> kinds;
  for (const OperationKind kind : kinds_of(load_profile_of(file))) {
    const Behaviour* behaviour = behaviour_of(traits_of(kind).settles.value_or(kind));
    const bool beyond = behaviour->target != "edge";
    kinds[std::string(name_of(kind))] = beyond ? behaviour->target : std::string_view();
  }
  return kinds;
}

}  // namespace rehearse
