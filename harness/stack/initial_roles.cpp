#include "stack/initial_roles.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/clock.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

// To the next in line, who makes the declared one the next; once more where it was another.
constexpr int hand_overs_max = 4;

const Node* holder_of(const Stack& stack, const ComponentEntry& component, const StackView& view,
                      Rank rank) {
  for (const Node* node : stack.of_component(component.name)) {
    const auto seen = view.nodes.find(node->name);
    if (seen == view.nodes.end() || seen->second.role.empty()) continue;
    if (rank_of(component, seen->second.role) == rank) return node;
  }
  return nullptr;
}

const Node* declared_leader(const Stack& stack, const ComponentEntry& component) {
  for (const Node* node : stack.of_component(component.name))
    if (node->number == component.leads) return node;
  return nullptr;
}

}  // namespace

std::optional<HandOver> next_hand_over(const Stack& stack, const ComponentEntry& component,
                                       const StackView& view) {
  const Node* wanted = declared_leader(stack, component);
  const Node* leader = holder_of(stack, component, view, Rank::leader);
  if (wanted == nullptr || leader == nullptr || leader == wanted) return std::nullopt;
  const Node* second = holder_of(stack, component, view, Rank::second);
  return HandOver{leader, second == nullptr ? wanted : second};
}

RoleHands role_hands(const Stack& stack, const Observer& observer, int64_t deadline_ns,
                     std::function<bool()> cancelled) {
  RoleHands hands;
  hands.view = [&observer] { return observer.view(); };
  hands.hand_over = [&stack](const HandOver& step) {
    return technology_of(stack, *step.from).hand_over(stack, *step.from, *step.to);
  };
  hands.wait_whole = [&stack, &observer, deadline_ns, cancelled = std::move(cancelled)](
                         const ComponentEntry& component, int64_t since_ns) {
    return observer.wait_until(
        [&](const StackView& view) { return is_whole(stack, view, since_ns, &component); },
        deadline_ns, cancelled);
  };
  return hands;
}

Status restore_roles(const Stack& stack, const RoleHands& hands) {
  for (const ComponentEntry& component : stack.file.components) {
    if (component.leads == 0 || stack.of_component(component.name).empty()) continue;
    int64_t since_ns = 0;
    Status refused;  // the last answer: another look may find another state of things
    for (int hand_overs = 0;; ++hand_overs) {
      if (!hands.wait_whole(component, since_ns))
        return fail(ExitCode::machine, component.name + " does not become whole");
      const auto step = next_hand_over(stack, component, hands.view());
      if (!step) break;
      if (hand_overs == hand_overs_max)
        return refused
                   ? fail(ExitCode::machine,
                          fmt::format("{} does not get the lead back from {}",
                                      declared_leader(stack, component)->name, step->from->name))
                   : refused;
      refused = hands.hand_over(*step);
      since_ns = monotonic_ns();
    }
  }
  return {};
}

}  // namespace rehearse
