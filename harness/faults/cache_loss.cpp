// A node of Redis dies by SIGKILL, its Sentinel with it: the master, unless told otherwise. Who
// follows is promoted by the Sentinels that are left.
//
// Heals by: the node starts again with its append-only file, after `for`, or without it at once.
// Effect: what ran is gone; healed, Redis answers there and says which role it has now.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/cache.hpp"
#include "stack/technologies/redis.hpp"

namespace rehearse {
namespace {

class CacheLoss final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto nodes = resolve_cache(context);
    if (!nodes) return std::unexpected(nodes.error());
    nodes_ = std::move(*nodes);
    roles_ = roles_of(context, nodes_);
    for (const auto& node : nodes_)
      ask_role_.push_back(redis_cli(*context.stack.find(node), 0, {"ROLE"}));
    return PlannedFault{context.entry.id,
                        "cache_loss",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"start", nodes_}}};
  }

  // What was dead before is not our doing.
  Status inject(Effects& runtime) override {
    const auto running = all_run(runtime, true);
    if (!running) return std::unexpected(running.error());
    if (!*running) return fail(ExitCode::inconclusive, "Redis was dead before it was killed");
    return runtime.kill(nodes_);
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto gone = all_run(runtime, false);
    if (!gone) return std::unexpected(gone.error());
    if (!*gone) return std::nullopt;
    return Evidence{{"nodes_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_lost", roles_}};
  }

  Result<Evidence> restored(Effects& runtime) override {
    Evidence evidence;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto printed = runtime.exec(nodes_[i], ask_role_[i]);
      if (!printed) return std::unexpected(printed.error());
      const std::string role = redis_role_in(*printed);
      if (role.empty())
        return fail(ExitCode::machine, fmt::format("{} does not serve yet: {}", nodes_[i],
                                                   printed->substr(0, printed->find('\n'))));
      evidence[nodes_[i] + "_role_again"] = role;
    }
    return evidence;
  }

 private:
  // Whether all of them run, or none of them does.
  Result<bool> all_run(Effects& runtime, bool wanted) const {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    for (const auto& node : nodes_) {
      const auto state = states->find(node);
      if (state == states->end() || state->second.running != wanted) return false;
    }
    return true;
  }

  std::vector<std::string> nodes_;
  std::vector<std::vector<std::string>> ask_role_;  // the command, for each node
  std::string roles_;
};

}  // namespace

FaultSchema cache_loss_schema() {
  return {"cache_loss",
          "A node of Redis dies, the master unless told otherwise; it comes back after `for`",
          Length::either,
          {{"target", ParamType::target_node, false, {}}}};
}
std::unique_ptr<Fault> make_cache_loss() {
  return std::make_unique<CacheLoss>();
}

}  // namespace rehearse
