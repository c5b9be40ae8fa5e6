#include "faults/places.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "platform/database.hpp"

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

Result<Place> resolve_region(const FaultContext& context, const Target& target) {
  Target zones;
  std::vector<std::string> names = target.names;
  if (!target.of.empty()) {
    const auto holder = resolve_role(context.stack, context.view, target.of);
    if (!holder) return std::unexpected(holder.error());
    names = {context.stack.region_of(*context.stack.find(*holder))};
  }
  for (const auto& [region, of_region] : context.stack.file.regions)
    if (std::ranges::find(names, region) != names.end())
      zones.names.insert(zones.names.end(), of_region.begin(), of_region.end());
  auto place = resolve_place(context, zones);
  if (!place)
    return fail(ExitCode::inconclusive,
                fmt::format("no node is in region {}", fmt::join(names, "+")));
  place->name = fmt::format("region-{}", fmt::join(names, "+"));
  return place;
}

Result<Border> look_at_border(Effects& runtime, const std::vector<std::string>& nodes,
                              const std::vector<std::string>& peers) {
  const auto cuts = runtime.cuts(nodes);
  if (!cuts) return std::unexpected(cuts.error());
  Border border;
  for (const auto& [node, cut] : *cuts)
    for (const auto& peer : peers) {
      const auto found = cut.peers.find(peer);
      if (found == cut.peers.end()) {
        border.whole = false;
        continue;
      }
      border.open = false;
      border.dropped.in += found->second.in;
      border.dropped.out += found->second.out;
    }
  return border;
}

Result<Evidence> require_open_border(Effects& runtime, const std::vector<std::string>& nodes,
                                     const std::vector<std::string>& peers) {
  const auto border = look_at_border(runtime, nodes, peers);
  if (!border) return std::unexpected(border.error());
  if (border->open) return Evidence{};
  return fail(ExitCode::machine,
              fmt::format("not all of {} are reached again", fmt::join(nodes, ", ")));
}

Result<Evidence> require_running(Effects& runtime, const std::vector<std::string>& nodes) {
  const auto states = runtime.states();
  if (!states) return std::unexpected(states.error());
  for (const auto& node : nodes) {
    const auto state = states->find(node);
    if (state == states->end() || !state->second.running)
      return fail(ExitCode::machine, fmt::format("{} does not run", node));
    if (state->second.paused)
      return fail(ExitCode::machine, fmt::format("{} is still paused", node));
  }
  return Evidence{{"nodes_running_again", fmt::format("{}", fmt::join(nodes, ", "))}};
}

Evidence packets_dropped(Effects& runtime, const std::vector<std::string>& nodes,
                         const std::vector<std::string>& peers) {
  const auto border = look_at_border(runtime, nodes, peers);
  if (!border) return {};
  return {{"packets_dropped", std::to_string(border->dropped.sum())},
          {"packets_dropped_to_it", std::to_string(border->dropped.in)},
          {"packets_dropped_from_it", std::to_string(border->dropped.out)}};
}

Result<Evidence> require_no_sessions(Effects& runtime, const std::string& node,
                                     const std::string& session_name) {
  const auto left = sessions_left(runtime, node, session_name);
  if (!left) return std::unexpected(left.error());
  if (*left == 0) return Evidence{};
  return fail(ExitCode::machine, fmt::format("{} sessions are left on {}", *left, node));
}

}  // namespace rehearse
