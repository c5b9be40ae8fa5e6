// A zone goes dark, or a whole region, or a broker's machine: first it falls silent (every packet
// from and to its nodes is dropped inside their own namespaces), then its processes are killed.
// Silence comes first because a kill alone lets the kernel say goodbye by FIN and RST, which a zone
// without power never does: it would flatter the recovery time.
//
// Heals by: power and network again: the rules go, the containers start with their old disks.
// Effect: the rules are in force on every node, packets were dropped by them, and every process is
// dead.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/places.hpp"

namespace rehearse {
namespace {

// What goes dark: a name for it, and its nodes.
struct Dark {
  std::string name;
  std::vector<std::string> nodes;
};

Result<Dark> dark_zones(const FaultContext& context) {
  auto zones = resolve_zones(context, std::get<Target>(context.entry.params.at("zone")));
  if (!zones) return std::unexpected(zones.error());
  Dark dark{fmt::format("{}", fmt::join(*zones, ", ")), {}};
  for (const auto& zone : *zones)
    for (const auto* node : context.stack.in_zone(zone)) dark.nodes.push_back(node->name);
  if (dark.nodes.empty())
    return fail(ExitCode::inconclusive, fmt::format("no node is in {}", dark.name));
  return dark;
}

Result<Dark> dark_region(const FaultContext& context) {
  auto place = resolve_region(context, std::get<Target>(context.entry.params.at("region")));
  if (!place) return std::unexpected(place.error());
  std::erase_if(place->nodes, [&](const std::string& node) {
    return !context.stack.has_container(*context.stack.find(node));
  });
  return Dark{std::move(place->name), std::move(place->nodes)};
}

Result<Dark> dark_brokers(const FaultContext& context) {
  auto nodes = resolve_nodes_of(context, std::get<Target>(context.entry.params.at("target")),
                                context.platform().component_of(Purpose::events));
  if (!nodes) return std::unexpected(nodes.error());
  return Dark{fmt::format("{}", fmt::join(*nodes, ", ")), *nodes};
}

class SilentDeath final : public Fault {
 public:
  SilentDeath(std::string name, Result<Dark> (*find)(const FaultContext&))
      : name_(std::move(name)), find_(find) {}

  Result<PlannedFault> plan(const FaultContext& context) override {
    auto dark = find_(context);
    if (!dark) return std::unexpected(dark.error());
    nodes_ = std::move(dark->nodes);
    roles_ = roles_of(context, nodes_);
    return PlannedFault{
        context.entry.id, name_, dark->name, {{"uncut", nodes_, everyone}, {"start", nodes_}}};
  }

  Status inject(Effects& runtime) override {
    if (auto silent = runtime.cut(nodes_, {everyone}, cut_timeout_ms); !silent) return silent;
    return runtime.kill(nodes_);
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto dark = is_dark(runtime);
    if (!dark) return std::unexpected(dark.error());
    if (!*dark) return std::nullopt;
    const auto border = look_at_border(runtime, nodes_, {everyone});
    if (!border) return std::unexpected(border.error());
    const int64_t packets = border->dropped.sum();
    if (packets == 0) return std::nullopt;
    return Evidence{{"nodes_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_lost", roles_},
                    {"packets_dropped_at_effect", std::to_string(packets)}};
  }

  Result<bool> holds(Effects& runtime) override { return is_dark(runtime); }
  Status refresh(Effects& runtime) override {
    return runtime.cut(nodes_, {everyone}, cut_timeout_ms);
  }

  Evidence afterwards(Effects& runtime) override {
    return packets_dropped(runtime, nodes_, {everyone});
  }

  Result<Evidence> restored(Effects& runtime) override {
    const auto reached = require_open_border(runtime, nodes_, {everyone});
    return reached ? require_running(runtime, nodes_) : reached;
  }

 private:
  Result<bool> is_dark(Effects& runtime) const {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    for (const auto& node : nodes_) {
      const auto state = states->find(node);
      if (state == states->end() || state->second.running) return false;
    }
    const auto border = look_at_border(runtime, nodes_, {everyone});
    if (!border) return std::unexpected(border.error());
    return border->whole;
  }

  std::string name_;
  Result<Dark> (*find_)(const FaultContext&);
  std::vector<std::string> nodes_;
  std::string roles_;
};

}  // namespace

FaultSchema zone_loss_schema() {
  return {"zone_loss",
          "A zone falls silent, then its processes die; it comes back after `for`",
          Length::lasting,
          {{"zone", ParamType::target_zone, true, {}}}};
}
std::unique_ptr<Fault> make_zone_loss() {
  return std::make_unique<SilentDeath>("zone_loss", dark_zones);
}

FaultSchema region_loss_schema() {
  return {"region_loss",
          "All zones of a region fall silent, then its processes die; it comes back after `for`",
          Length::lasting,
          {{"region", ParamType::target_region, true, {}}}};
}
std::unique_ptr<Fault> make_region_loss() {
  return std::make_unique<SilentDeath>("region_loss", dark_region);
}

FaultSchema broker_loss_schema() {
  return {"broker_loss",
          "A broker of the event log falls silent and dies; it comes back after `for`",
          Length::lasting,
          {{"target", ParamType::target_node, true, {}}}};
}
std::unique_ptr<Fault> make_broker_loss() {
  return std::make_unique<SilentDeath>("broker_loss", dark_brokers);
}

}  // namespace rehearse
