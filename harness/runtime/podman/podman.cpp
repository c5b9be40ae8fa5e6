// Containers by the podman command line. A container joins the namespace of its node and keeps its
// state in a folder of ours, so that a kill and a start bring the same machine back. Faults do not
// wait for podman: they reach the processes and the packet rules themselves.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "runtime/command.hpp"
#include "runtime/podman/address_book.hpp"
#include "runtime/podman/delay.hpp"
#include "runtime/podman/monitors.hpp"
#include "runtime/podman/network.hpp"
#include "runtime/podman/owner.hpp"
#include "runtime/podman/packet_rules.hpp"
#include "runtime/podman/processes.hpp"
#include "runtime/podman/round_trip.hpp"
#include "runtime/runtime.hpp"

namespace rehearse {
namespace {

constexpr int64_t start_ms = 30'000;
constexpr int64_t monitor_ms = 3'000;  // a monitor ends by itself soon after its container
constexpr const char* label = "rehearse";

std::string container_of(const std::string& node) {
  return network::prefix + node;
}

// runc, because crun refuses machines where both versions of cgroups are mounted.
std::vector<std::string> podman(std::initializer_list<std::string> args) {
  std::vector<std::string> argv = {"podman", "--runtime", "runc"};
  argv.insert(argv.end(), args);
  return argv;
}

class Podman final : public Runtime {
 public:
  explicit Podman(const std::string& state_dir)
      : state_dir_(state_dir),
        processes_(state_dir + ".pids"),
        addresses_(state_dir + ".network") {}

  Status create_network(const NetworkSpec& spec) override {
    if (auto ours = require_ours(); !ours) return ours;
    const auto id = id_of_state(state_dir_);
    if (!id) return std::unexpected(id.error());
    if (auto written = addresses_.write(spec); !written) return written;
    if (auto made = network::create(rules_, spec, owner_name(*id, state_dir_)); !made) return made;
    std::vector<std::string> nodes;
    for (const auto& node : spec.nodes) nodes.push_back(node.name);
    return delays_.prepare(nodes);
  }
  Status remove_network() override {
    if (auto ours = require_ours(); !ours) return ours;
    if (auto removed = network::remove(rules_); !removed) return removed;
    return addresses_.remove();
  }

  Status create(const NodeSpec& node, const std::string& log_path) override {
    const std::string data = state_dir_ + "/" + node.name;
    const std::string pid_file = processes_.pid_file(node.name);
    // The container's own users go through it, whatever our umask is.
    if (auto made = make_directories(data, 0755); !made) return made;
    if (auto made = make_directories(pid_file.substr(0, pid_file.rfind('/'))); !made) return made;
    // Limits as low as the host's own: without CAP_SYS_RESOURCE they cannot be raised.
    std::vector<std::string> argv = {"nice", "-n", "10"};
    std::ranges::copy(podman({"run",
                              "-d",
                              "--name",
                              container_of(node.name),
                              "--hostname",
                              node.name,
                              "--pidfile",
                              pid_file,
                              "--label",
                              label,
                              "--network",
                              "ns:" + namespace_path(node.name),
                              "--no-hosts",
                              "--ulimit",
                              "nofile=20000:20000",
                              "--ulimit",
                              "nproc=20000:20000",
                              "--log-driver",
                              "k8s-file",
                              "--log-opt",
                              "path=" + log_path,
                              "-v",
                              data + ":/data"}),
                      std::back_inserter(argv));
    if (node.cpu_shares != 0) {
      argv.push_back("--cpu-shares");
      argv.push_back(std::to_string(node.cpu_shares));
    }
    for (const auto& [from, to] : node.read_only_mounts) {
      argv.push_back("-v");
      argv.push_back(fmt::format("{}:{}:ro", from, to));
    }
    for (const auto& [key, value] : node.env) {
      argv.push_back("-e");
      argv.push_back(fmt::format("{}={}", key, value));
    }
    argv.push_back(node.image);
    argv.insert(argv.end(), node.args.begin(), node.args.end());
    auto done = run_checked(argv, start_ms);
    if (!done) return std::unexpected(done.error());
    return {};
  }

  // Without haste: players are served meanwhile, and each podman that works weighs as much as all
  // containers together. (Niceness counts among the processes of one container only, so it is of
  // no consequence that what is started inherits it.)
  Status start(const std::vector<std::string>& nodes) override {
    std::vector<std::function<Status()>> jobs;
    for (const auto& node : nodes)
      jobs.push_back([&node]() -> Status {
        std::vector<std::string> argv = {"nice", "-n", "10"};
        std::ranges::copy(podman({"start", container_of(node)}), std::back_inserter(argv));
        auto done = run_checked(argv, start_ms);
        if (!done) return std::unexpected(done.error());
        return {};
      });
    return run_parallel(jobs, 3);
  }

  Status kill(const std::vector<std::string>& nodes) override { return processes_.kill(nodes); }
  Result<int64_t> pid_of(const std::string& node, const std::string& words) override {
    return processes_.pid_of(node, words);
  }
  Status signal(const std::string& node, int64_t pid, int signal) override {
    return processes_.signal(node, pid, signal);
  }
  Result<ProcessState> process(const std::string& node, int64_t pid) override {
    return processes_.process(node, pid);
  }
  Result<std::map<std::string, std::vector<int64_t>>> stopped(
      const std::vector<std::string>& nodes) override {
    return processes_.stopped(nodes);
  }
  Status pause(const std::vector<std::string>& nodes) override { return processes_.freeze(nodes); }
  Status unpause(const std::vector<std::string>& nodes) override { return processes_.thaw(nodes); }

  Result<std::string> exec(const std::string& node, const std::vector<std::string>& args) override {
    auto argv = podman({"exec", container_of(node)});
    argv.insert(argv.end(), args.begin(), args.end());
    return run_checked(argv, start_ms);
  }

  // The folder itself stays: it is mounted, and a new one of the same name would not be.
  Status wipe(const std::vector<std::string>& nodes) override {
    for (const auto& node : nodes) {
      std::error_code error;
      std::vector<std::filesystem::path> found;
      for (const auto& entry : std::filesystem::directory_iterator(state_dir_ + "/" + node, error))
        found.push_back(entry.path());
      for (size_t i = 0; i < found.size() && !error; ++i)
        std::filesystem::remove_all(found[i], error);
      if (error)
        return fail(ExitCode::machine,
                    fmt::format("cannot empty {}/{}: {}", state_dir_, node, error.message()));
    }
    return {};
  }

  Status remove_all() override {
    if (auto ours = require_ours(); !ours) return ours;
    auto names = containers();
    if (!names) return std::unexpected(names.error());
    if (!names->empty()) {
      auto argv = podman({"rm", "--force", "--time", "0", "--volumes"});
      argv.insert(argv.end(), names->begin(), names->end());
      auto done = run_checked(argv, 2 * start_ms);
      if (!done) return std::unexpected(done.error());
    }
    if (auto ended = end_monitors(network::prefix, monitor_ms); !ended) return ended;
    for (const auto& folder : {processes_.pid_dir(), state_dir_}) {
      std::error_code error;
      std::filesystem::remove_all(folder, error);
      if (error)
        return fail(ExitCode::machine,
                    fmt::format("cannot remove {}: {}", folder, error.message()));
    }
    return {};
  }

  Result<std::map<std::string, NodeState>> states() override { return processes_.states(); }

  Result<std::string> address_of(const std::string& node) override {
    return addresses_.address_of(node);
  }

  Status cut(const std::vector<std::string>& nodes, const std::vector<std::string>& peers,
             int64_t timeout_ms) override {
    const auto ranges = addresses_.ranges_of(peers);
    if (!ranges) return std::unexpected(ranges.error());
    return network::cut(rules_, nodes, *ranges, timeout_ms);
  }
  Status uncut(const std::vector<std::string>& nodes,
               const std::vector<std::string>& peers) override {
    const auto ranges = addresses_.ranges_of(peers);
    if (!ranges) return std::unexpected(ranges.error());
    return network::uncut(rules_, nodes, *ranges);
  }
  Result<std::map<std::string, CutState>> cuts(const std::vector<std::string>& nodes) override {
    const auto by_range = network::cuts(rules_, nodes);
    if (!by_range) return std::unexpected(by_range.error());
    const auto peers = addresses_.peers();
    std::map<std::string, CutState> result;
    for (const auto& [node, cuts] : *by_range)
      for (auto& state = result[node]; const auto& [range, dropped] : cuts) {
        const auto peer = peers.find(range);
        state.peers[peer == peers.end() ? range : peer->second] = dropped;
      }
    return result;
  }

  Status delay(const std::vector<std::string>& nodes, const DelaySpec& spec) override {
    const auto range = addresses_.zones_range();
    if (!range) return std::unexpected(range.error());
    return delays_.begin(nodes, spec, *range);
  }
  Status undelay(const std::vector<std::string>& nodes) override { return delays_.end(nodes); }
  Result<std::map<std::string, DelayState>> delays(const std::vector<std::string>& nodes) override {
    return delays_.states(nodes);
  }
  Result<std::map<std::string, double>> round_trips(const std::vector<std::string>& nodes,
                                                    int64_t timeout_ms) override {
    std::string other;  // one address of none of these
    for (const auto& [range, peer] : addresses_.peers())
      if (range.find('/') == std::string::npos && std::ranges::find(nodes, peer) == nodes.end())
        other = range;
    std::map<std::string, double> trips;
    if (other.empty()) return trips;
    std::mutex mutex;
    std::vector<std::function<Status()>> jobs;
    for (const auto& node : nodes)
      jobs.push_back([&, node]() -> Status {
        const auto trip_ms = round_trip(namespace_path(node), other, timeout_ms);
        const std::lock_guard lock(mutex);
        if (trip_ms) trips[node] = *trip_ms;
        return {};
      });
    if (auto done = run_parallel(jobs); !done) return std::unexpected(done.error());
    return trips;
  }

  Result<std::vector<std::string>> leftovers() override {
    if (auto ours = require_ours(); !ours) return std::unexpected(ours.error());
    std::vector<std::string> found;
    auto names = containers();
    if (!names) return std::unexpected(names.error());
    for (const auto& name : *names) found.push_back("container " + name);
    for (const auto& monitor : orphaned_monitors(network::prefix, *names))
      found.push_back(fmt::format("monitor of {} (process {})", monitor.container, monitor.pid));
    auto net = network::leftovers();
    if (!net) return std::unexpected(net.error());
    for (const auto& name : *net) found.push_back("network " + name);
    std::error_code ignored;
    if (std::filesystem::exists(state_dir_, ignored)) found.push_back("data " + state_dir_);
    return found;
  }

  Result<std::map<std::string, std::string>> versions() override {
    auto text = run_checked(podman({"--version"}), start_ms);
    if (!text) return std::unexpected(text.error());
    const auto end = text->find_last_not_of(" \n");
    return std::map<std::string, std::string>{
        {"podman", text->substr(text->rfind(' ', end) + 1, end - text->rfind(' ', end))}};
  }

 private:
  Status require_ours() const {
    const std::string owner = network::owner();
    if (owner.empty()) return {};
    const auto id = id_of_state(state_dir_);
    return id ? require_own(owner, *id) : Status(std::unexpected(id.error()));
  }

  Result<std::vector<std::string>> containers() {
    auto text = run_checked(podman({"ps", "--all", "--quiet", "--no-trunc", "--filter",
                                    fmt::format("label={}", label)}),
                            start_ms);
    if (!text) return std::unexpected(text.error());
    std::vector<std::string> ids;
    for (size_t at = 0, end; (end = text->find('\n', at)) != std::string::npos; at = end + 1)
      if (end > at) ids.push_back(text->substr(at, end - at));
    return ids;
  }

  std::string state_dir_;
  Processes processes_;
  AddressBook addresses_;
  PacketRules rules_;
  Delays delays_{network::prefix, rules_};
};

}  // namespace

std::unique_ptr<Runtime> make_runtime(const std::string& state_dir) {
  return std::make_unique<Podman>(state_dir);
}

}  // namespace rehearse
