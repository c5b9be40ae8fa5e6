// Processes stand still (the kernel's freezer), as a virtual machine that its host forgot: they
// answer nothing, but their connections stay open, and they wake up believing that no time passed.
// That is how a deposed writer comes back to write.
//
// Heals by: they go on where they stood. A killed harness leaves that to the guardian.
// Effect: the runtime says of every container that it is paused.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/places.hpp"

namespace rehearse {
namespace {

class ProcessPause final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto nodes = resolve_nodes(context, std::get<Target>(context.entry.params.at("target")));
    if (!nodes) return std::unexpected(nodes.error());
    nodes_ = std::move(*nodes);
    roles_ = roles_of(context, nodes_);
    return PlannedFault{context.entry.id,
                        "process_pause",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"unpause", nodes_}}};
  }

  Status inject(Effects& runtime) override { return runtime.pause(nodes_); }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    for (const auto& node : nodes_) {
      const auto state = states->find(node);
      if (state == states->end() || !state->second.paused) return std::nullopt;
    }
    return Evidence{{"nodes_paused", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_held", roles_}};
  }

  // One that died of its standstill has not gone on.
  Result<Evidence> restored(Effects& runtime) override { return require_running(runtime, nodes_); }

 private:
  std::vector<std::string> nodes_;
  std::string roles_;
};

}  // namespace

FaultSchema process_pause_schema() {
  return {"process_pause",
          "Processes stand still with their connections open; they go on after `for`",
          Length::lasting,
          {{"target", ParamType::target_node, true, {}}}};
}
std::unique_ptr<Fault> make_process_pause() {
  return std::make_unique<ProcessPause>();
}

}  // namespace rehearse
