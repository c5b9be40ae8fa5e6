// The database of the primary crashes: SIGKILL to its postmaster, inside the container. The machine
// and Patroni live on, and Patroni decides: it hands over to a standby at once
// (primary_start_timeout 0) and brings the old primary back as a standby.
//
// Heals by: Patroni alone; ours is only to start the container should Patroni have gone with it.
// Effect: the process that the server's own pid file named is gone. What became of the cluster is
// in the report's role changes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faults/fault.hpp"

namespace rehearse {
namespace {

constexpr const char* pid_file = "/data/postgres/pgdata/postmaster.pid";

// Reading and killing in one go, so that nothing else takes the pid in between. The image has no
// kill(1), but Patroni's Python. A negative pid is a single-user server, no postmaster.
constexpr const char* kill_postmaster =
    "import os, sys\n"
    "pid = int(open(sys.argv[1]).readline())\n"
    "if pid <= 1: sys.exit('no postmaster runs here')\n"
    "os.kill(pid, 9)\n"
    "print(pid)";

class PrimaryKill final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    const auto given = context.entry.params.find("target");
    const Target primary{{}, context.stack.file.books.sql_component + ".primary", 0};
    auto nodes = resolve_nodes(
        context, given == context.entry.params.end() ? primary : std::get<Target>(given->second));
    if (!nodes) return std::unexpected(nodes.error());
    for (const auto& node : *nodes)
      if (context.stack.component_of(*context.stack.find(node)).roles != "patroni")
        return fail(ExitCode::inconclusive, fmt::format("{} is no database under Patroni", node));
    nodes_ = std::move(*nodes);
    roles_ = roles_of(context, nodes_);
    return PlannedFault{context.entry.id,
                        "primary_kill",
                        fmt::format("{}", fmt::join(nodes_, ", ")),
                        {{"start", nodes_}}};
  }

  Status inject(Runtime& runtime) override {
    for (const auto& node : nodes_) {
      const auto printed = runtime.exec(node, {"python3", "-c", kill_postmaster, pid_file});
      if (!printed) return std::unexpected(printed.error());
      const std::string pid = printed->substr(0, printed->find_first_not_of("0123456789"));
      if (pid.empty())
        return fail(ExitCode::machine, fmt::format("{} named no postmaster: {}", node, *printed));
      pids_.push_back(pid);
    }
    return {};
  }

  Result<std::optional<Evidence>> effect(Runtime& runtime) override {
    if (pids_.size() != nodes_.size()) return std::nullopt;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const auto alive =
          runtime.exec(nodes_[i], {"find", "/proc", "-maxdepth", "1", "-name", pids_[i]});
      if (!alive) return std::unexpected(alive.error());
      if (alive->find(pids_[i]) != std::string::npos) return std::nullopt;
    }
    return Evidence{{"servers_killed", fmt::format("{}", fmt::join(nodes_, ", "))},
                    {"roles_lost", roles_},
                    {"postmaster_pids_gone", fmt::format("{}", fmt::join(pids_, ", "))}};
  }

 private:
  std::vector<std::string> nodes_, pids_;
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
