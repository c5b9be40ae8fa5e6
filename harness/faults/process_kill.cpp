// Processes die by SIGKILL, as one that crashed or that the kernel took for its memory. The machine
// under them lives: the kernel says goodbye for them by FIN and RST, so that their peers know at
// once (zone_loss is the silent death).
//
// Heals by: the containers start again with their old disks, after `for`, or without it at once, as
// a supervisor would do it.
// Effect: processes that ran are gone, all of them; healed, every container runs again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/places.hpp"

namespace rehearse {
namespace {

class ProcessKill final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto nodes = resolve_nodes(context, std::get<Target>(context.entry.params.at("target")));
    if (!nodes) return std::unexpected(nodes.error());
    nodes_ = std::move(*nodes);
    roles_ = roles_of(context, nodes_);
    return PlannedFault{context.entry.id,
                        "process_kill",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"start", nodes_}}};
  }

  // What was dead before is not our doing.
  Status inject(Effects& runtime) override {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    for (const auto& node : nodes_) {
      const auto state = states->find(node);
      if (state == states->end() || !state->second.running)
        return fail(ExitCode::inconclusive, fmt::format("{} was dead before it was killed", node));
    }
    return runtime.kill(nodes_);
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    for (const auto& node : nodes_) {
      const auto state = states->find(node);
      if (state == states->end() || state->second.running) return std::nullopt;
    }
    return Evidence{{"nodes_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_lost", roles_}};
  }

  Result<Evidence> restored(Effects& runtime) override { return require_running(runtime, nodes_); }

 private:
  std::vector<std::string> nodes_;
  std::string roles_;
};

}  // namespace

FaultSchema process_kill_schema() {
  return {"process_kill",
          "Processes die by SIGKILL; they start again after `for`, or at once without it",
          Length::either,
          {{"target", ParamType::target_node, true, {}}}};
}
std::unique_ptr<Fault> make_process_kill() {
  return std::make_unique<ProcessKill>();
}

}  // namespace rehearse
