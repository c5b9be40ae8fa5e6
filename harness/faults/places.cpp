#include "faults/places.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rehearse {

Result<Place> resolve_place(const FaultContext& context, const Target& target) {
  Place place;
  const auto add = [&place](const Node& node) {
    if (std::ranges::find(place.nodes, node.name) == place.nodes.end())
      place.nodes.push_back(node.name);
  };
  if (!target.of.empty()) {
    const auto holder = resolve_role(context.stack, context.view, target.of);
    if (!holder) return std::unexpected(holder.error());
    add(*context.stack.find(*holder));
    place.name = fmt::format("{} ({})", *holder, target.of);
    return place;
  }
  for (const auto& name : target.names)
    for (const auto& node : context.stack.nodes)
      if (node.zone == name || node.name == name) add(node);
  place.name = fmt::format("{}", fmt::join(target.names, "+"));
  if (place.nodes.empty())
    return fail(ExitCode::inconclusive, fmt::format("no node is in {}", place.name));
  return place;
}

}  // namespace rehearse
