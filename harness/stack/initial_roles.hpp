// Who leads decides what a scenario breaks. The stack's file declares it (`leads`), and here the
// role goes back to that node from whoever has it, by the technology's own handing over.
#pragma once

#include <functional>
#include <optional>

#include "stack/observer.hpp"
#include "stack/stack.hpp"

namespace rehearse {

struct HandOver {
  const Node* from = nullptr;
  const Node* to = nullptr;
};

// What brings the component nearer to what is declared: to its node, or, where that one is not next
// in line, to the one that is. nullopt: it leads, or nothing is declared, or nobody leads.
std::optional<HandOver> next_hand_over(const Stack& stack, const ComponentEntry& component,
                                       const StackView& view);

struct RoleHands {
  std::function<StackView()> view;
  std::function<Status(const HandOver&)> hand_over;
  // Until the component is whole, by looks that began after `since_ns`; false: it did not become
  // so.
  std::function<bool(const ComponentEntry& component, int64_t since_ns)> wait_whole;
};
RoleHands role_hands(const Stack& stack, const Observer& observer, int64_t deadline_ns,
                     std::function<bool()> cancelled);

// Errors (machine): a role that does not go back.
Status restore_roles(const Stack& stack, const RoleHands& hands);

}  // namespace rehearse
