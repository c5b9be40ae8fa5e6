// A runtime without a machine: remembers what was asked of it and plays along.
#pragma once

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/runtime.hpp"

namespace rehearse {

class FakeRuntime final : public Runtime {
 public:
  std::vector<std::string> calls;
  std::vector<std::string> started;  // nodes, in their order
  std::map<std::string, NodeState> nodes;
  struct Process {
    int64_t pid = 0;
    ProcessState state = ProcessState::alive;
  };
  std::map<std::string, Process> processes;  // by node: the one that is looked for
  std::set<std::string> cut_nodes;
  std::map<std::string, std::set<std::string>> cut_peers;  // by node; empty = not told
  std::map<std::string, std::string> addresses;            // by node
  std::map<std::string, DelaySpec> delayed;
  DelayState delay_seen{true, 3, 50.0, 50.3};  // of a node that is delayed
  // Milliseconds from a node and back; none = no answer. Unless given: by what delays it.
  std::function<std::optional<double>(const std::string& node)> on_round_trip;
  int64_t packets_per_look = 1;  // that each cut of a peer dropped, on their way out
  int failing_starts = 0;        // so many starts fail first
  int starts_in_vain = 0;        // so many starts say that they worked and did not
  bool kills_work = true;
  std::string exec_answer;  // what every program prints, unless on_exec says it
  std::function<Result<std::string>(const std::string& node, const std::vector<std::string>& argv)>
      on_exec;
  // Called with the verb before pause, unpause, start and kill: an error stops it, waiting delays
  // it.
  std::function<Status(const std::string& verb)> before;

  Status create_network(const NetworkSpec&) override { return note("create_network"); }
  Status remove_network() override { return note("remove_network"); }
  Status create(const NodeSpec& node, const std::string&) override {
    const std::lock_guard lock(mutex_);
    nodes[node.name] = {true, true};
    return note("create " + node.name);
  }
  Status start(const std::vector<std::string>& names) override {
    if (auto refused = ask("start"); !refused) return refused;
    const std::lock_guard lock(mutex_);
    if (failing_starts > 0) {
      --failing_starts;
      (void)note("start failed");
      return fail(ExitCode::machine, "no memory for a start");
    }
    if (starts_in_vain > 0)
      --starts_in_vain;
    else
      set(names, [](NodeState& state) { state.running = true; });
    started.insert(started.end(), names.begin(), names.end());
    return note("start");
  }
  Status kill(const std::vector<std::string>& names) override {
    if (auto refused = ask("kill"); !refused) return refused;
    if (kills_work) set(names, [](NodeState& state) { state = {true, false}; });
    return note("kill");
  }
  Result<int64_t> pid_of(const std::string& node, const std::string& words) override {
    const std::lock_guard lock(mutex_);
    if (processes.contains(node)) return processes[node].pid;
    return fail(ExitCode::machine, "no process is called " + words);
  }
  Status signal(const std::string& node, int64_t pid, int signal) override {
    if (auto refused = ask("signal"); !refused) return refused;
    const std::lock_guard lock(mutex_);
    const auto found = processes.find(node);
    if (found == processes.end() || found->second.pid != pid ||
        found->second.state == ProcessState::gone)
      return fail(ExitCode::machine, node + " has no such process");
    if (kills_work)
      found->second.state = signal == SIGKILL   ? ProcessState::gone
                            : signal == SIGSTOP ? ProcessState::stopped
                                                : ProcessState::alive;
    return note(fmt::format("signal {} {} {}", node, pid, signal));
  }
  Result<ProcessState> process(const std::string& node, int64_t pid) override {
    const std::lock_guard lock(mutex_);
    const auto found = processes.find(node);
    if (found == processes.end() || found->second.pid != pid) return ProcessState::gone;
    return found->second.state;
  }
  Result<std::map<std::string, std::vector<int64_t>>> stopped(
      const std::vector<std::string>& names) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::vector<int64_t>> result;
    for (const auto& name : names)
      if (const auto found = processes.find(name);
          found != processes.end() && found->second.state == ProcessState::stopped)
        result[name].push_back(found->second.pid);
    return result;
  }
  Status pause(const std::vector<std::string>& names) override {
    if (auto refused = ask("pause"); !refused) return refused;
    set(names, [](NodeState& state) { state.paused = true; });
    return note("pause");
  }
  Status unpause(const std::vector<std::string>& names) override {
    if (auto refused = ask("unpause"); !refused) return refused;
    set(names, [](NodeState& state) { state.paused = false; });
    return note("unpause");
  }
  Result<std::string> exec(const std::string& node, const std::vector<std::string>& argv) override {
    std::string call = "exec " + node;
    for (const auto& word : argv) call += " " + word;
    (void)note(call);
    return on_exec ? on_exec(node, argv) : Result<std::string>(exec_answer);
  }
  Status wipe(const std::vector<std::string>& names) override {
    for (const auto& name : names) {
      if (nodes[name].running) return fail(ExitCode::bug, name + " is wiped while it runs");
      (void)note("wipe " + name);
    }
    return {};
  }
  Status remove_all() override {
    nodes.clear();
    return note("remove_all");
  }
  Result<std::map<std::string, NodeState>> states() override {
    const std::lock_guard lock(mutex_);
    return nodes;
  }
  Result<std::string> address_of(const std::string& node) override {
    if (addresses.contains(node)) return addresses[node];
    return fail(ExitCode::machine, "there is no node " + node);
  }
  Status cut(const std::vector<std::string>& names, const std::vector<std::string>& peers,
             int64_t) override {
    const std::lock_guard lock(mutex_);
    cut_nodes.insert(names.begin(), names.end());
    for (const auto& name : names) cut_peers[name].insert(peers.begin(), peers.end());
    return note("cut");
  }
  Status uncut(const std::vector<std::string>& names,
               const std::vector<std::string>& peers) override {
    const std::lock_guard lock(mutex_);
    for (const auto& name : names) {
      for (const auto& peer : peers) cut_peers[name].erase(peer);
      if (cut_peers[name].empty()) cut_nodes.erase(name);
    }
    return note("uncut");
  }
  Result<std::map<std::string, CutState>> cuts(const std::vector<std::string>& names) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, CutState> result;
    for (const auto& name : names) {
      auto& peers = result[name].peers;
      for (const auto& peer : cut_peers[name]) peers[peer].out = packets_per_look;
      if (cut_nodes.contains(name) && peers.empty()) peers[everyone].out = packets_per_look;
    }
    return result;
  }
  Status delay(const std::vector<std::string>& names, const DelaySpec& spec) override {
    const std::lock_guard lock(mutex_);
    for (const auto& name : names) delayed[name] = spec;
    return note("delay");
  }
  Status undelay(const std::vector<std::string>& names) override {
    const std::lock_guard lock(mutex_);
    for (const auto& name : names) delayed.erase(name);
    return note("undelay");
  }
  Result<std::map<std::string, DelayState>> delays(const std::vector<std::string>& names) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, DelayState> result;
    for (const auto& name : names)
      result[name] = delayed.contains(name) ? delay_seen : DelayState{};
    return result;
  }
  Result<std::map<std::string, double>> round_trips(const std::vector<std::string>& names,
                                                    int64_t) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, double> result;
    for (const auto& name : names) {
      const double held_ms =
          delayed.contains(name) ? static_cast<double>(delayed[name].delay_us) / 1'000 : 0;
      const auto trip_ms = on_round_trip ? on_round_trip(name) : std::optional(held_ms + 0.2);
      if (trip_ms) result[name] = *trip_ms;
    }
    return result;
  }
  Result<std::vector<std::string>> leftovers() override { return std::vector<std::string>{}; }
  Result<std::map<std::string, std::string>> versions() override {
    return std::map<std::string, std::string>{};
  }

  bool called(const std::string& call) {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(calls, call) != calls.end();
  }

 private:
  Status ask(const std::string& verb) { return before ? before(verb) : Status{}; }
  void set(const std::vector<std::string>& names, const std::function<void(NodeState&)>& change) {
    const std::lock_guard lock(mutex_);
    for (const auto& name : names) change(nodes[name]);
  }
  Status note(const std::string& call) {
    const std::lock_guard lock(mutex_);
    calls.push_back(call);
    return {};
  }
  std::recursive_mutex mutex_;
};

}  // namespace rehearse
