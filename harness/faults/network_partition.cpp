// Two sides of the platform cannot reach each other any more, while each of them works and is
// reached by everybody else: every packet between a node of one side and a node of the other is
// dropped, inside the namespaces of both. Two regions are parted in the same way: whole (with what
// decides between them, players and providers still reach both), or their databases only, and then
// the one that follows falls behind.
//
// Heals by: the rules' elements go. Dead-man: they expire in the kernel when nobody refreshes them.
// Effect: the rules are in force on every node, and dropped a packet of this very border; of
// databases, that the age of what the follower has replayed grew as well.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "faults/places.hpp"
#include "platform/database.hpp"

namespace rehearse {
namespace {

constexpr int64_t border_timeout_ms = 4000;

using BothSides = std::vector<Place>;

Result<BothSides> sides_named(const FaultContext& context) {
  BothSides sides;
  for (const auto& target : std::get<Sides>(context.entry.params.at("between"))) {
    auto side = resolve_place(context, target);
    if (!side) return std::unexpected(side.error());
    sides.push_back(std::move(*side));
  }
  return sides;
}

// The other regions, and of what stands here and elsewhere (a witness) what is elsewhere.
Result<BothSides> sides_of_region(const FaultContext& context) {
  auto here = resolve_region(context, std::get<Target>(context.entry.params.at("region")));
  if (!here) return std::unexpected(here.error());
  std::vector<std::string> spread;
  for (const auto& name : here->nodes) {
    const Node& node = *context.stack.find(name);
    if (context.stack.component_of(node).region.empty()) spread.push_back(node.component);
  }
  Place there{"elsewhere", {}};
  for (const auto& [region, zones] : context.stack.file.regions)
    for (const auto& node : context.stack.nodes)
      if (std::ranges::find(zones, node.zone) != zones.end()) there.nodes.push_back(node.name);
  for (const auto& node : context.stack.nodes)
    if (std::ranges::find(spread, node.component) != spread.end() &&
        std::ranges::find(there.nodes, node.name) == there.nodes.end())
      there.nodes.push_back(node.name);
  return BothSides{std::move(*here), std::move(there)};
}

// The database of the region that serves, and those that follow it.
Result<BothSides> sides_of_databases(const FaultContext& context) {
  const auto platform = context.platform();
  const std::string serving = platform.serving_region(context.view);
  if (serving.empty()) return fail(ExitCode::inconclusive, "no region leads the ledger now");
  BothSides sides(2);
  for (const Node* node : platform.nodes_of(Purpose::ledger)) {
    Place& side = sides[context.stack.region_of(*node) == serving ? 0 : 1];
    if (side.nodes.empty() || context.stack.find(side.nodes.back())->component != node->component)
      side.name += (side.name.empty() ? "" : "+") + node->component;
    side.nodes.push_back(node->name);
  }
  if (sides[1].nodes.empty()) return fail(ExitCode::inconclusive, "no database follows another");
  return sides;
}

class NetworkPartition : public Fault {
 public:
  NetworkPartition(std::string name, Result<BothSides> (*find)(const FaultContext&))
      : name_(std::move(name)), find_(find) {}

  Result<PlannedFault> plan(const FaultContext& context) override {
    auto sides = find_(context);
    if (!sides) return std::unexpected(sides.error());
    sides_ = std::move(*sides);
    const auto &one = sides_[0], &other = sides_[1];
    leave_out(sides_[1], one);
    if (other.nodes.empty())
      return fail(ExitCode::inconclusive, fmt::format("all of {} is in {}", other.name, one.name));
    return PlannedFault{context.entry.id,
                        name_,
                        fmt::format("{} | {}", one.name, other.name),
                        {{"uncut", one.nodes, fmt::format("{}", fmt::join(other.nodes, ","))},
                         {"uncut", other.nodes, fmt::format("{}", fmt::join(one.nodes, ","))}}};
  }

  Status inject(Effects& runtime) override { return refresh(runtime); }

  Status refresh(Effects& runtime) override {
    auto done = runtime.cut(sides_[0].nodes, sides_[1].nodes, border_timeout_ms);
    if (!done) return done;
    return runtime.cut(sides_[1].nodes, sides_[0].nodes, border_timeout_ms);
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto borders = look(runtime);
    if (!borders) return std::unexpected(borders.error());
    const auto& [one, other] = *borders;
    if (!one.whole || !other.whole || one.dropped.sum() + other.dropped.sum() == 0)
      return std::nullopt;
    return describe("packets_dropped_at_effect", *borders);
  }

  Result<bool> holds(Effects& runtime) override {
    const auto borders = look(runtime);
    if (!borders) return std::unexpected(borders.error());
    return borders->first.whole && borders->second.whole;
  }

  Evidence afterwards(Effects& runtime) override {
    const auto borders = look(runtime);
    return borders ? describe("packets_dropped", *borders) : Evidence{};
  }

  Result<Evidence> restored(Effects& runtime) override {
    const auto one = require_open_border(runtime, sides_[0].nodes, sides_[1].nodes);
    return one ? require_open_border(runtime, sides_[1].nodes, sides_[0].nodes) : one;
  }

 protected:
  const std::vector<std::string>& other_side() const { return sides_[1].nodes; }

 private:
  // A role's holder is named by its role and often stands among "all the others" too.
  static void leave_out(Place& place, const Place& other) {
    std::erase_if(place.nodes, [&](const std::string& node) {
      return std::ranges::find(other.nodes, node) != other.nodes.end();
    });
  }

  // The same border, seen from each of its sides.
  using Borders = std::pair<Border, Border>;
  Result<Borders> look(Effects& runtime) const {
    const auto one = look_at_border(runtime, sides_[0].nodes, sides_[1].nodes);
    if (!one) return std::unexpected(one.error());
    const auto other = look_at_border(runtime, sides_[1].nodes, sides_[0].nodes);
    if (!other) return std::unexpected(other.error());
    return Borders{*one, *other};
  }

  // What a side sent to the other one is dropped on its way out; what comes all the same, on its
  // way in.
  Evidence describe(const std::string& what, const Borders& borders) const {
    const auto& [one, other] = borders;
    Evidence evidence;
    evidence[what + "_in_" + sides_[0].name] = std::to_string(one.dropped.sum());
    evidence[what + "_in_" + sides_[1].name] = std::to_string(other.dropped.sum());
    evidence[what + "_from_" + sides_[0].name] = std::to_string(one.dropped.out + other.dropped.in);
    evidence[what + "_from_" + sides_[1].name] = std::to_string(other.dropped.out + one.dropped.in);
    return evidence;
  }

  std::string name_;
  Result<BothSides> (*find_)(const FaultContext&);
  BothSides sides_;
};

constexpr double age_s_min = 1;  // of what was replayed last, which is younger under load

class DrLag final : public NetworkPartition {
 public:
  DrLag() : NetworkPartition("dr_lag", sides_of_databases) {}

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    auto seen = NetworkPartition::effect(runtime);
    if (!seen || !*seen) return seen;
    const auto ages = ages_s(runtime);
    if (!ages) return std::unexpected(ages.error());
    for (const auto& [node, age_s] : *ages) {
      if (std::stod("0" + age_s) < age_s_min) return std::nullopt;
      (**seen)[node + "_lag_s"] = age_s;
    }
    return seen;
  }

  Evidence afterwards(Effects& runtime) override {
    Evidence evidence = NetworkPartition::afterwards(runtime);
    if (const auto ages = ages_s(runtime))
      for (const auto& [node, age_s] : *ages) evidence[node + "_lag_s_at_the_end"] = age_s;
    return evidence;
  }

 private:
  Result<std::map<std::string, std::string>> ages_s(Effects& runtime) const {
    std::map<std::string, std::string> ages;
    for (const auto& node : other_side()) {
      auto lag = replay_lag(runtime, node);
      if (!lag) return std::unexpected(lag.error());
      ages[node] = std::move(lag->age_s);
    }
    return ages;
  }
};

}  // namespace

FaultSchema network_partition_schema() {
  return {"network_partition",
          "Two sides cannot reach each other; everybody else reaches both",
          Length::lasting,
          {{"between", ParamType::target_sides, true, {}}}};
}
std::unique_ptr<Fault> make_network_partition() {
  return std::make_unique<NetworkPartition>("network_partition", sides_named);
}

FaultSchema region_partition_schema() {
  return {
      "region_partition",
      "A region cannot reach the others, nor what decides between them; everybody else reaches all",
      Length::lasting,
      {{"region", ParamType::target_region, true, {}}}};
}
std::unique_ptr<Fault> make_region_partition() {
  return std::make_unique<NetworkPartition>("region_partition", sides_of_region);
}

FaultSchema dr_lag_schema() {
  return {"dr_lag",
          "The databases that follow another region's receive nothing: they fall behind",
          Length::lasting,
          {}};
}
std::unique_ptr<Fault> make_dr_lag() {
  return std::make_unique<DrLag>();
}

}  // namespace rehearse
