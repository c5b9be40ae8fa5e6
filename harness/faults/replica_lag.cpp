// A standby falls behind: it goes on receiving and keeping the log, and so confirms commits, but
// does not replay it. Whoever reads there reads the past, and a promotion has to catch up first.
//
// Heals by: the replay goes on. On a server that has become primary meanwhile there is nothing to
// resume: its promotion ended the pause.
// Effect: the server itself says that replay is paused, and log that it has received waits.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "faults/fault.hpp"
#include "undo/superuser.hpp"

namespace rehearse {
namespace {

// state|bytes received and not replayed|age of the last replayed commit in seconds
constexpr const char* ask_lag =
    "SELECT pg_get_wal_replay_pause_state(),"
    " pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint,"
    " extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::numeric(12, 3)";
// The CASE is not evaluated further on a primary, where the function would be an error.
constexpr const char* resume =
    "SELECT CASE WHEN pg_is_in_recovery() THEN pg_wal_replay_resume() END";

struct Lag {
  std::string state;  // not paused | pause requested | paused
  int64_t bytes = 0;
  std::string age_s;
};

Lag lag_from(const std::string& printed) {
  const std::string line = printed.substr(0, printed.find('\n'));
  const size_t first = line.find('|'), second = line.find('|', first + 1);
  if (first == std::string::npos || second == std::string::npos) return {};
  return {line.substr(0, first), std::atoll(line.c_str() + first + 1), line.substr(second + 1)};
}

class ReplicaLag final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    auto nodes = targets(context);
    if (!nodes) return std::unexpected(nodes.error());
    for (const auto& node : *nodes) {
      const bool database =
          context.stack.component_of(*context.stack.find(node)).roles == "patroni";
      const auto seen = context.view.nodes.find(node);
      if (!database || (seen != context.view.nodes.end() && seen->second.role == "primary"))
        return fail(ExitCode::inconclusive, fmt::format("{} is no standby of a database", node));
    }
    nodes_ = std::move(*nodes);
    return PlannedFault{context.entry.id,
                        "replica_lag",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"sql", nodes_, resume}}};
  }

  Status inject(Runtime& runtime) override {
    for (const auto& node : nodes_)
      if (auto done = runtime.exec(node, superuser_psql("SELECT pg_wal_replay_pause()")); !done)
        return std::unexpected(done.error());
    return {};
  }

  Result<std::optional<Evidence>> effect(Runtime& runtime) override {
    const auto lags = look(runtime);
    if (!lags) return std::unexpected(lags.error());
    for (const auto& lag : *lags)
      if (lag.state != "paused" || lag.bytes <= 0) return std::nullopt;
    return evidence("", *lags);
  }

  // Against the values of the effect: that the lag grew.
  Evidence afterwards(Runtime& runtime) override {
    const auto lags = look(runtime);
    return lags ? evidence("_at_the_end", *lags) : Evidence{};
  }

 private:
  // Without a target: the synchronous standby, else a replica.
  static Result<std::vector<std::string>> targets(const FaultContext& context) {
    const auto given = context.entry.params.find("target");
    if (given != context.entry.params.end())
      return resolve_nodes(context, std::get<Target>(given->second));
    const std::string database = context.stack.file.books.sql_component;
    auto sync = resolve_nodes(context, {{}, database + ".sync", 0});
    return sync ? sync : resolve_nodes(context, {{}, database + ".replica", 0});
  }

  Result<std::vector<Lag>> look(Runtime& runtime) const {
    std::vector<Lag> lags;
    for (const auto& node : nodes_) {
      const auto printed = runtime.exec(node, superuser_psql(ask_lag));
      if (!printed) return std::unexpected(printed.error());
      lags.push_back(lag_from(*printed));
    }
    return lags;
  }

  Evidence evidence(const std::string& when, const std::vector<Lag>& lags) const {
    Evidence all;
    for (size_t i = 0; i < lags.size(); ++i) {
      all[fmt::format("{}_replay{}", nodes_[i], when)] = lags[i].state;
      all[fmt::format("{}_lag_bytes{}", nodes_[i], when)] = std::to_string(lags[i].bytes);
      all[fmt::format("{}_lag_s{}", nodes_[i], when)] = lags[i].age_s;
    }
    return all;
  }

  std::vector<std::string> nodes_;
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
