#include "load/behaviour.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace rehearse {

#define BEHAVIOUR(name) Behaviour name##_behaviour();
#include "load/behaviours.def"
#undef BEHAVIOUR

std::span<const Behaviour> behaviours() {
  static const std::vector<Behaviour> all = {
#define BEHAVIOUR(name) name##_behaviour(),
#include "load/behaviours.def"
#undef BEHAVIOUR
  };
  return all;
}

const Behaviour* behaviour_of(OperationKind kind) {
  static const auto by_kind = [] {
    std::array<const Behaviour*, operation_kinds> found{};
    for (const Behaviour& behaviour : behaviours()) {
      found.at(static_cast<size_t>(behaviour.kind)) = &behaviour;
    }
    return found;
  }();
  return by_kind.at(static_cast<size_t>(kind));
}

namespace {

bool is_there(std::span<const std::string> targets, std::string_view target) {
  return std::ranges::find(targets, target) != targets.end();
}

bool lacks(const Behaviour& behaviour, std::span<const std::string> targets) {
  return behaviour.target != "edge" && !is_there(targets, behaviour.target);
}

// Card and bank are every cashier's; other kinds of money have targets of their names.
bool lacks(const MethodShare& method, std::span<const std::string> targets) {
  const bool special = method.method == Method::ramp || method.method == Method::stablecoin;
  return special && method.share > 0 && !is_there(targets, name_of(method.method));
}

}  // namespace

std::vector<std::string> without_target(const LoadProfile& profile,
                                        std::span<const std::string> targets) {
  std::vector<std::string> missing;
  for (const Behaviour& behaviour : behaviours()) {
    const bool wanted = behaviour.starts
                            ? profile.weight(behaviour.kind) > 0
                            : behaviour.kind == OperationKind::cancel && profile.cancel_share > 0;
    if (wanted && lacks(behaviour, targets)) missing.emplace_back(name_of(behaviour.kind));
  }
  std::set<std::string> methods;
  for (const auto* of : {&profile.deposit_methods, &profile.payout_methods})
    for (const MethodShare& method : *of)
      if (lacks(method, targets))
        methods.insert("payments by " + std::string(name_of(method.method)));
  missing.insert(missing.end(), methods.begin(), methods.end());
  return missing;
}

LoadProfile playable(LoadProfile profile, std::span<const std::string> targets) {
  for (const Behaviour& behaviour : behaviours()) {
    if (!lacks(behaviour, targets)) continue;
    profile.weight(behaviour.kind) = 0;
    if (behaviour.kind == OperationKind::cancel) profile.cancel_share = 0;
  }
  for (auto* of : {&profile.deposit_methods, &profile.payout_methods})
    std::erase_if(*of, [&](const MethodShare& method) { return lacks(method, targets); });
  return profile;
}

std::vector<OperationKind> kinds_of(const LoadProfile& profile) {
  std::set<OperationKind> kinds;
  for (const Behaviour& behaviour : behaviours()) {
    if (profile.weight(behaviour.kind) <= 0) continue;
    kinds.insert(behaviour.kind);
    if (behaviour.follow_ups == nullptr) continue;
    for (const FollowUp& next : behaviour.follow_ups(profile)) {
      if (next.share > 0) kinds.insert(next.kind);
    }
  }
  for (const OperationKind kind : std::vector(kinds.begin(), kinds.end())) {
    if (const auto watch = watch_of(kind)) kinds.insert(*watch);
  }
  return {kinds.begin(), kinds.end()};
}

void become_balance(Operation& operation) {
  operation.kind = OperationKind::balance;
  operation.amount_minor = 0;
  operation.round = 0;
  operation.related = 0;
  operation.method = Method::none;
  operation.network = Network::none;
}

}  // namespace rehearse
