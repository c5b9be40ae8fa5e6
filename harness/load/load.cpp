// Begins a load, or says why its plan and its edges do not make one.
#include "load/load.hpp"

#include "load/behaviour.hpp"
#include "load/generator.hpp"

namespace rehearse {

Result<std::unique_ptr<Load>> Load::start(const LoadPlan& plan, const PlatformEdges& edges,
                                          HistoryWriter& history) {
  if (edges.edges.empty()) return fail(ExitCode::bug, "the load has no edge to go to");
  for (const auto& [name, nodes] : edges.targets) {
    if (nodes.empty()) return fail(ExitCode::bug, "the load's target " + name + " has no nodes");
  }
  std::vector<std::string> targets;
  for (const auto& [name, nodes] : edges.targets) targets.push_back(name);
  if (plan.players == 0 || plan.profile.weights_sum() <= 0 ||
      plan.profile.win_share + plan.profile.rollback_share > 1 || plan.profile.cancel_share > 1) {
    return fail(ExitCode::usage, "the load's plan has no players or no shares that fit");
  }
  if (const auto lost = without_target(plan.profile, targets); !lost.empty()) {
    return fail(ExitCode::bug, "the load has no target for " + lost.front());
  }
  std::shared_ptr<const TlsTrust> trust;
  if (!edges.authority_file.empty()) {
    auto loaded = TlsTrust::load(edges.authority_file);
    if (!loaded) return std::unexpected(loaded.error());
    trust = std::move(*loaded);
  }
  auto generator = std::make_unique<Generator>(plan, edges, history, trust);
  if (auto begun = generator->begin(); !begun) return std::unexpected(begun.error());
  return generator;
}

}  // namespace rehearse
