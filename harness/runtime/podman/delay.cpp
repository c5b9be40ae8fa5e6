#include "runtime/podman/delay.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "runtime/command.hpp"

namespace rehearse {
namespace {

constexpr const char* device = "eth0";
constexpr const char* restore = "iptables-nft-restore";
// nft itself cannot name the queue where the kernel has it for iptables only, so that a chain with
// that one rule is made by iptables (the one that works on nft tables). Packets come to it while
// there is a hook.
constexpr const char* queue_chain =
    "*filter\n"
    ":rehearse-queue - [0:0]\n"
    "-A rehearse-queue -j NFQUEUE --queue-num {} --queue-bypass\n"
    "COMMIT\n";
constexpr const char* hook = "rehearse-delay";

Status run(const std::vector<std::string>& argv, const std::string& input = "") {
  auto done = run_checked(argv, command_ms, input);
  if (!done) return std::unexpected(done.error());
  return {};
}

std::string add_hook(const std::string& range) {
  return fmt::format(
      "add chain ip filter {0} {{ type filter hook output priority 0; }}\n"
      "add rule ip filter {0} oifname {1} ip daddr {2} jump rehearse-queue\n",
      hook, device, range);
}

// The first lines make the last ones valid where there is none.
std::string remove_hook() {
  return fmt::format(
      "add table ip filter\nadd chain ip filter {0} {{ type filter hook output priority 0; }}\n"
      "flush chain ip filter {0}\ndelete chain ip filter {0}\n",
      hook);
}

// A band of its own for what is delayed; everything else goes the usual way.
std::string netem_batch(const std::string& to, const std::string& range, const DelaySpec& spec) {
  return fmt::format(
      "qdisc add dev {0} root handle 1: prio bands 4\n"
      "qdisc add dev {0} parent 1:4 handle 40: netem delay {1}us {2}us limit 20000\n"
      "filter add dev {0} parent 1: protocol ip u32 match ip dst {3} flowid 1:4\n",
      to, spec.delay_us, spec.jitter_us, range);
}

bool works(std::vector<std::string> argv, const std::string& input = "") {
  argv.insert(argv.begin(), {"unshare", "--net"});
  const auto done = run_command(argv, command_ms, input);
  return done && done->exit_status == 0;
}

}  // namespace

DelayMeans find_delay_means() {
  // All that a rule needs: a kernel may have netem, and neither prio nor u32.
  if (works({"tc", "-batch", "-"}, netem_batch("lo", "127.1.0.0/16", {1'000, 100, 0})))
    return DelayMeans::netem;
  return works({restore, "--noflush"}, fmt::format(queue_chain, Delayer::queue)) ? DelayMeans::queue
                                                                                 : DelayMeans::none;
}

DelayMeans Delays::means() {
  const std::lock_guard lock(mutex_);
  if (!means_) means_ = find_delay_means();
  return *means_;
}

Status Delays::add_rule(const std::string& node, const DelaySpec& spec, const std::string& range) {
  const std::string ns = prefix_ + node;
  if (means() == DelayMeans::netem)
    return run({"tc", "-n", ns, "-batch", "-"}, netem_batch(device, range, spec));
  auto delayer = Delayer::start("/run/netns/" + ns, spec);
  if (!delayer) return std::unexpected(delayer.error());
  {
    const std::lock_guard lock(mutex_);
    delayers_[node] = std::move(*delayer);
  }
  return rules_.run("/run/netns/" + ns, add_hook(range));
}

Status Delays::remove_rule(const std::string& node) {
  const std::string ns = prefix_ + node;
  const Status done = rules_.run("/run/netns/" + ns, remove_hook());
  if (!done || means() != DelayMeans::netem) return done;
  const auto state = state_of(node);
  if (!state) return std::unexpected(state.error());
  return state->active ? run({"tc", "-n", ns, "qdisc", "del", "dev", device, "root"}) : Status{};
}

Result<DelayState> Delays::state_of(const std::string& node) {
  const std::string ns = prefix_ + node;
  DelayState state;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = delayers_.find(node); found != delayers_.end())
      state = found->second->state();
  }
  const auto chains = rules_.list("/run/netns/" + ns, "list chains ip");
  if (!chains) return std::unexpected(chains.error());
  state.active = chains->find(hook) != std::string::npos;
  if (means() != DelayMeans::netem) return state;
  const auto text =
      run_checked({"tc", "-n", ns, "-s", "-j", "qdisc", "show", "dev", device}, command_ms);
  if (!text) return std::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_array()) return fail(ExitCode::machine, "tc printed no JSON for " + ns);
  for (const auto& qdisc : json) {
    if (qdisc.value("kind", "") != "netem") continue;
    state.active = true;
    state.packets = qdisc.value("packets", int64_t{0});
  }
  return state;
}

Status Delays::prepare(const std::vector<std::string>& nodes) {
  if (means() != DelayMeans::queue) return {};
  std::vector<std::function<Status()>> jobs;
  for (const auto& node : nodes)
    jobs.push_back([&, this] {
      return run({"ip", "netns", "exec", prefix_ + node, restore, "--noflush"},
                 fmt::format(queue_chain, Delayer::queue));
    });
  return run_parallel(jobs);
}

Status Delays::begin(const std::vector<std::string>& nodes, const DelaySpec& spec,
                     const std::string& range) {
  if (means() == DelayMeans::none)
    return fail(ExitCode::machine,
                "this machine has neither netem nor NFQUEUE: nothing can be delayed; "
                "`./rehearse doctor` says what is missing");
  const auto before = states(nodes);
  if (!before) return std::unexpected(before.error());
  for (const auto& [node, state] : *before)
    if (state.active)
      return fail(ExitCode::machine, fmt::format("what {} sends is delayed already", node));
  // One after the other: the thread of a fault has a priority that threads of its own would lack.
  for (const auto& node : nodes)
    if (auto done = add_rule(node, spec, range); !done) return done;
  return {};
}

Status Delays::end(const std::vector<std::string>& nodes) {
  std::vector<std::function<Status()>> jobs;
  for (const auto& node : nodes) jobs.push_back([&, this] { return remove_rule(node); });
  const Status done = run_parallel(jobs, 8);
  // Rules go first, so that nothing new comes; without a reader what comes all the same passes.
  std::vector<std::unique_ptr<Delayer>> ended;
  const std::lock_guard lock(mutex_);
  for (const auto& node : nodes)
    if (const auto found = delayers_.find(node); found != delayers_.end()) {
      ended.push_back(std::move(found->second));
      delayers_.erase(found);
    }
  return done;
}

Result<std::map<std::string, DelayState>> Delays::states(const std::vector<std::string>& nodes) {
  std::map<std::string, DelayState> result;
  for (const auto& node : nodes) {
    const auto state = state_of(node);
    if (!state) return std::unexpected(state.error());
    result[node] = *state;
  }
  return result;
}

}  // namespace rehearse
