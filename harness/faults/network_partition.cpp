// Two sides of the platform cannot reach each other any more, while each of them works and is
// reached by everybody else: every packet between a node of one side and a node of the other is
// dropped, inside the namespaces of both.
//
// Heals by: the rules' elements go. Dead-man: they expire in the kernel when nobody refreshes them.
// Effect: the rules are in force on every node, and dropped a packet of this very border.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "faults/places.hpp"

namespace rehearse {
namespace {

constexpr int64_t border_timeout_ms = 4000;

class NetworkPartition final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    for (const auto& target : std::get<Sides>(context.entry.params.at("between"))) {
      auto side = resolve_place(context, target);
      if (!side) return std::unexpected(side.error());
      sides_.push_back(std::move(*side));
    }
    const auto &one = sides_[0], &other = sides_[1];
    leave_out(sides_[1], one);
    if (other.nodes.empty())
      return fail(ExitCode::inconclusive, fmt::format("all of {} is in {}", other.name, one.name));
    return PlannedFault{context.entry.id,
                        "network_partition",
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

  std::vector<Place> sides_;
};

}  // namespace

FaultSchema network_partition_schema() {
  return {"network_partition",
          "Two sides cannot reach each other; everybody else reaches both",
          Length::lasting,
          {{"between", ParamType::target_sides, true, {}}}};
}
std::unique_ptr<Fault> make_network_partition() {
  return std::make_unique<NetworkPartition>();
}

}  // namespace rehearse
