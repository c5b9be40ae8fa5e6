// A zone goes dark: first it falls silent (every packet from and to its nodes is dropped inside
// their own namespaces), then its processes are killed. Silence comes first because a kill alone
// lets the kernel say goodbye by FIN and RST, which a zone without power never does: it would
// flatter the recovery time.
//
// Heals by: power and network again: the rules go, the containers start with their old disks.
// Effect: packets of every node with traffic were dropped by our rules, and every process is dead.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/fault.hpp"

namespace rehearse {
namespace {

// Refreshed every second; when the harness dies, the kernel lets the packets through by itself.
constexpr int64_t cut_timeout_ms = 4000;

class ZoneLoss final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto zones = resolve_zones(context, std::get<Target>(context.entry.params.at("zone")));
    if (!zones) return std::unexpected(zones.error());
    std::vector<std::string> held;
    for (const auto& zone : *zones)
      for (const auto* node : context.stack.in_zone(zone)) {
        nodes_.push_back(node->name);
        const auto seen = context.view.nodes.find(node->name);
        if (seen != context.view.nodes.end() && !seen->second.role.empty() &&
            seen->second.role != "standby" && seen->second.role != "replica")
          held.push_back(fmt::format("{} {}", node->name, seen->second.role));
      }
    if (nodes_.empty())
      return fail(ExitCode::inconclusive, fmt::format("no node is in {}", fmt::join(*zones, ", ")));
    roles_ = fmt::format("{}", fmt::join(held, ", "));
    const auto before = dropped(context.runtime);
    if (!before) return std::unexpected(before.error());
    dropped_before_ = *before;
    return PlannedFault{context.entry.id,
                        "zone_loss",
                        fmt::format("{}", fmt::join(*zones, ", ")),
                        {{"uncut", nodes_, all_zones_range}, {"start", nodes_}}};
  }

  Status inject(Runtime& runtime) override {
    if (auto silent = runtime.cut(nodes_, {all_zones_range}, cut_timeout_ms); !silent)
      return silent;
    return runtime.kill(nodes_);
  }

  Result<std::optional<Evidence>> effect(Runtime& runtime) override {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    for (const auto& node : nodes_) {
      const auto state = states->find(node);
      if (state == states->end() || state->second.running) return std::nullopt;
    }
    const auto cuts = runtime.cuts(nodes_);
    if (!cuts) return std::unexpected(cuts.error());
    for (const auto& [node, cut] : *cuts)
      if (!cut.active) return std::nullopt;
    const int64_t packets = sum(*cuts) - dropped_before_;
    if (packets == 0) return std::nullopt;
    return Evidence{{"nodes_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_lost", roles_},
                    {"packets_dropped_at_effect", std::to_string(packets)}};
  }

  Status refresh(Runtime& runtime) override {
    return runtime.cut(nodes_, {all_zones_range}, cut_timeout_ms);
  }

  Evidence afterwards(Runtime& runtime) override {
    const auto packets = dropped(runtime);
    if (!packets) return {};
    return {{"packets_dropped", std::to_string(*packets - dropped_before_)}};
  }

 private:
  // Of whole zones: what parts two sides from each other is another fault's.
  static int64_t sum(const std::map<std::string, CutState>& cuts) {
    int64_t packets = 0;
    for (const auto& [node, cut] : cuts) packets += cut.dropped_packets - cut.dropped_between;
    return packets;
  }
  Result<int64_t> dropped(Runtime& runtime) const {
    const auto cuts = runtime.cuts(nodes_);
    if (!cuts) return std::unexpected(cuts.error());
    return sum(*cuts);
  }

  std::vector<std::string> nodes_;
  std::string roles_;
  int64_t dropped_before_ = 0;  // by an earlier fault: the kernel's counters are never set back
};

}  // namespace

FaultSchema zone_loss_schema() {
  return {"zone_loss",
          "A zone falls silent, then its processes die; it comes back after `for`",
          Length::lasting,
          {{"zone", ParamType::target_zone, true, {}}}};
}
std::unique_ptr<Fault> make_zone_loss() {
  return std::make_unique<ZoneLoss>();
}

}  // namespace rehearse
