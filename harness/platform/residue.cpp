#include "platform/residue.hpp"

#include <fmt/format.h>

#include "base/parallel.hpp"
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
  const auto nodes = Platform(stack).nodes_of(Purpose::ledger);
  std::vector<int64_t> left(nodes.size());
  std::vector<std::function<Status()>> looks;
  for (size_t i = 0; i < nodes.size(); ++i)
    looks.push_back([&runtime, &left, &nodes, i]() -> Status {
      const auto count = sessions_left(runtime, nodes[i]->name);
      if (!count) return std::unexpected(count.error());
      left[i] = *count;
      return {};
    });
  if (auto looked = run_parallel(looks, looks.size()); !looked)
    return std::unexpected(looked.error());
  for (size_t i = 0; i < nodes.size(); ++i)
    if (left[i] > 0)
      found->push_back(
          fmt::format("{} sessions of a fault are left on {}", left[i], nodes[i]->name));
  return found;
}

}  // namespace rehearse
