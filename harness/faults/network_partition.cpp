// Two sides of the platform cannot reach each other any more, while each of them works and is
// reached by everybody else: every packet between a node of one side and a node of the other is
// dropped, inside the namespaces of both.
//
// Heals by: the rules' elements go. Dead-man: they expire in the kernel when nobody refreshes them.
// Effect: the rules are in force on every node, and some of them dropped a packet of this border.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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
    // The kernel's counters are never set back: an earlier fault may have moved them.
    auto before = dropped(context.runtime);
    if (!before) return std::unexpected(before.error());
    before_ = std::move(*before);
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
    const auto now = dropped(runtime);
    if (!now) return std::unexpected(now.error());
    if (!now->in_force || now->since(before_) == 0) return std::nullopt;
    Evidence evidence;
    for (size_t i = 0; i < sides_.size(); ++i)
      evidence["packets_dropped_at_effect_in_" + sides_[i].name] =
          std::to_string(now->packets[i] - before_.packets[i]);
    return evidence;
  }

  Evidence afterwards(Effects& runtime) override {
    const auto now = dropped(runtime);
    if (!now) return {};
    Evidence evidence;
    for (size_t i = 0; i < sides_.size(); ++i)
      evidence["packets_dropped_in_" + sides_[i].name] =
          std::to_string(now->packets[i] - before_.packets[i]);
    return evidence;
  }

 private:
  // A role's holder is named by its role and often stands among "all the others" too.
  static void leave_out(Place& place, const Place& other) {
    std::erase_if(place.nodes, [&](const std::string& node) {
      return std::ranges::find(other.nodes, node) != other.nodes.end();
    });
  }

  struct Dropped {
    std::vector<int64_t> packets;  // by side
    bool in_force = true;          // on every node
    int64_t since(const Dropped& before) const {
      int64_t sum = 0;
      for (size_t i = 0; i < packets.size(); ++i) sum += packets[i] - before.packets[i];
      return sum;
    }
  };

  Result<Dropped> dropped(Effects& runtime) const {
    Dropped result;
    for (const auto& side : sides_) {
      const auto cuts = runtime.cuts(side.nodes);
      if (!cuts) return std::unexpected(cuts.error());
      int64_t packets = 0;
      for (const auto& [node, cut] : *cuts) {
        packets += cut.dropped_between;
        result.in_force = result.in_force && cut.between;
      }
      result.packets.push_back(packets);
    }
    return result;
  }

  std::vector<Place> sides_;
  Dropped before_;
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
