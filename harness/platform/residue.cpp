#include "platform/residue.hpp"

#include <fmt/format.h>

#include "platform/database.hpp"
#include "platform/orders.hpp"
#include "platform/platform.hpp"
#include "undo/journal.hpp"

namespace rehearse {

Result<std::vector<std::string>> residue_of(Effects& runtime, const Stack& stack) {
  std::vector<std::string> containers, bare;
  for (const auto& node : stack.nodes)
    (stack.has_container(node) ? containers : bare).push_back(node.name);
  auto found = residue(runtime, containers, bare);
  if (!found) return found;
  auto orders = orders_on(runtime, stack);
  if (!orders) return orders;
  found->insert(found->end(), orders->begin(), orders->end());
  for (const auto* node : Platform(stack).nodes_of(Purpose::ledger)) {
    const auto left = sessions_left(runtime, node->name);
    if (!left) return std::unexpected(left.error());
    if (*left > 0)
      found->push_back(fmt::format("{} sessions of a fault are left on {}", *left, node->name));
  }
  return found;
}

}  // namespace rehearse
