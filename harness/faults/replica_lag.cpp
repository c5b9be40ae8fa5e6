// A standby falls behind: it goes on receiving and keeping the log, and so confirms commits, but
// does not replay it. Whoever reads there reads the past, and a promotion has to catch up first.
// The process that replays is stopped: pg_wal_replay_pause() would be taken back by Patroni within
// its next loop.
//
// Heals by: the process goes on. One that died with its container has nothing to go on with.
// Effect: that process stands still, and the server itself says that log which it has received
// waits.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include "faults/fault.hpp"
#include "platform/database.hpp"

namespace rehearse {
namespace {

class ReplicaLag final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto nodes = targets(context);
    if (!nodes) return std::unexpected(nodes.error());
    std::vector<std::string> processes;
    for (const auto& node : *nodes) {
      const auto& component = context.stack.component_of(*context.stack.find(node));
      processes.emplace_back(technology_of(component).following_process());
      const auto seen = context.view.nodes.find(node);
      const bool leads =
          seen != context.view.nodes.end() && rank_of(component, seen->second.role) == Rank::leader;
      if (processes.back().empty() || leads)
        return fail(ExitCode::inconclusive, fmt::format("{} is no standby of a database", node));
    }
    nodes_ = std::move(*nodes);
    PlannedFault planned{
        context.entry.id, "replica_lag", fmt::format("{}", fmt::join(nodes_, ", ")), {}};
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto pid = context.runtime.pid_of(nodes_[i], processes[i]);
      if (!pid) return std::unexpected(pid.error());
      pids_.push_back(*pid);
      planned.undo.push_back({"continue", {nodes_[i]}, std::to_string(*pid)});
    }
    return planned;
  }

  Status inject(Effects& runtime) override {
    for (size_t i = 0; i < nodes_.size(); ++i)
      if (auto done = runtime.signal(nodes_[i], pids_[i], SIGSTOP); !done) return done;
    return {};
  }

  Result<std::optional<Evidence>> effect(Effects& runtime) override {
    const auto stopped = all_stopped(runtime);
    if (!stopped) return std::unexpected(stopped.error());
    if (!*stopped) return std::nullopt;
    const auto lags = look(runtime);
    if (!lags) return std::unexpected(lags.error());
    for (const auto& lag : *lags)
      if (lag.bytes <= 0) return std::nullopt;
    return evidence("", *lags);
  }

  // Whoever woke it before its time, or replaced it, shortened the fault.
  Result<bool> holds(Effects& runtime) override { return all_stopped(runtime); }

  // Against the values of the effect: that the lag grew.
  Evidence afterwards(Effects& runtime) override {
    const auto lags = look(runtime);
    return lags ? evidence("_at_the_end", *lags) : Evidence{};
  }

  Result<Evidence> restored(Effects& runtime) override {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto state = runtime.process(nodes_[i], pids_[i]);
      if (!state) return std::unexpected(state.error());
      if (*state == ProcessState::stopped)
        return fail(ExitCode::machine,
                    fmt::format("process {} of {} stands still", pids_[i], nodes_[i]));
    }
    return Evidence{};
  }

 private:
  Result<bool> all_stopped(Effects& runtime) const {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto state = runtime.process(nodes_[i], pids_[i]);
      if (!state) return std::unexpected(state.error());
      if (*state != ProcessState::stopped) return false;
    }
    return true;
  }

  // Without a target: the synchronous standby, else a replica.
  static Result<std::vector<std::string>> targets(const FaultContext& context) {
    const auto given = context.entry.params.find("target");
    if (given != context.entry.params.end())
      return resolve_nodes(context, std::get<Target>(given->second));
    const auto holder = [&](Rank rank) {
      return resolve_nodes(context, {{}, context.platform().selector_of(Purpose::ledger, rank), 0});
    };
    auto sync = holder(Rank::second);
    return sync ? sync : holder(Rank::spare);
  }

  Result<std::vector<ReplayLag>> look(Effects& runtime) const {
    std::vector<ReplayLag> lags;
    for (const auto& node : nodes_) {
      auto lag = replay_lag(runtime, node);
      if (!lag) return std::unexpected(lag.error());
      lags.push_back(std::move(*lag));
    }
    return lags;
  }

  Evidence evidence(const std::string& when, const std::vector<ReplayLag>& lags) const {
    Evidence all;
    for (size_t i = 0; i < lags.size(); ++i) {
      all[fmt::format("{}_lag_bytes{}", nodes_[i], when)] = std::to_string(lags[i].bytes);
      all[fmt::format("{}_lag_s{}", nodes_[i], when)] = lags[i].age_s;
    }
    return all;
  }

  std::vector<std::string> nodes_;
  std::vector<int64_t> pids_;  // of the processes that replay, one a node
};

}  // namespace

FaultSchema replica_lag_schema() {
  return {"replica_lag",
          "A standby keeps the log but does not replay it: it falls behind until it heals",
          Length::lasting,
          {{"target", ParamType::target_node, false, {}}}};
}
std::unique_ptr<Fault> make_replica_lag() {
  return std::make_unique<ReplicaLag>();
}

}  // namespace rehearse
