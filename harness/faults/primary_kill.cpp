// The database of the primary crashes: SIGKILL to its postmaster, inside the container. The machine
// and Patroni live on, and Patroni decides: it hands over to a standby at once
// (primary_start_timeout 0) and brings the old primary back as a standby.
//
// Heals by: Patroni alone; ours is only to start the container should Patroni have gone with it.
// Effect: the process that was the postmaster is gone. What became of the cluster is
// in the report's role changes.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include "faults/places.hpp"

namespace rehearse {
namespace {

class PrimaryKill final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    const auto given = context.entry.params.find("target");
    const auto& stack = context.stack;
    const Target primary{{}, context.platform().selector_of(Purpose::ledger, Rank::leader), 0};
    auto nodes = resolve_nodes(
        context, given == context.entry.params.end() ? primary : std::get<Target>(given->second));
    if (!nodes) return std::unexpected(nodes.error());
    for (const auto& node : *nodes) {
      processes_.push_back(technology_of(stack, *stack.find(node)).serving_process());
      if (processes_.back().empty())
        return fail(ExitCode::inconclusive, fmt::format("{} is no database under Patroni", node));
    }
    nodes_ = std::move(*nodes);
    roles_ = roles_of(context, nodes_);
    return PlannedFault{context.entry.id,
                        "primary_kill",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"start", nodes_}}};
  }

  Status inject(Effects& runtime) override {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto pid = runtime.pid_of(nodes_[i], std::string(processes_[i]));
      if (!pid) return std::unexpected(pid.error());
      if (auto done = runtime.signal(nodes_[i], *pid, SIGKILL); !done) return done;
      pids_.push_back(*pid);
    }
    return {};
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    if (pids_.size() != nodes_.size()) return std::nullopt;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto state = runtime.process(nodes_[i], pids_[i]);
      if (!state) return std::unexpected(state.error());
      if (*state != ProcessState::gone) return std::nullopt;
    }
    return Evidence{{"servers_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_lost", roles_},
                    {"postmaster_pids_gone", fmt::format("{}", fmt::join(pids_, ", "))}};
  }

  // What Patroni makes of the database is the stack's redundancy; ours is the container.
  Result<Evidence> restored(Effects& runtime) override { return require_running(runtime, nodes_); }

 private:
  std::vector<std::string> nodes_;
  std::vector<std::string_view> processes_;  // by which each of them serves
  std::vector<int64_t> pids_;
  std::string roles_;
};

}  // namespace

FaultSchema primary_kill_schema() {
  return {"primary_kill",
          "The primary's database crashes, Patroni survives and decides",
          Length::once,
          {{"target", ParamType::target_node, false, {}}}};
}
std::unique_ptr<Fault> make_primary_kill() {
  return std::make_unique<PrimaryKill>();
}

}  // namespace rehearse
