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

// Whether it can be said and done now, by looks that began after `since_ns`: the component is
// whole, or its declared node is next in line already, which need not wait for the others to
// follow.
bool may_be_asked(const Stack& stack, const ComponentEntry& component, const StackView& view,
                  int64_t since_ns);

struct RoleHands {
  std::function<StackView()> view;
  std::function<Status(const HandOver&)> hand_over;
  // Until it may be asked; false: it did not come to that.
  std::function<bool(const ComponentEntry& component, int64_t since_ns)> wait;
};
RoleHands role_hands(const Stack& stack, const Observer& observer, int64_t deadline_ns,
                     std::function<bool()> cancelled);

// Errors (machine): a role that does not go back.
Status restore_roles(const Stack& stack, const RoleHands& hands);

}  // namespace rehearse
